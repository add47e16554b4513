"""The server, as far as the engine needs it: every failure becomes SearchUnavailable, every task is waited for."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx2
from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.errors import MeilisearchApiError, MeilisearchError
from meilisearch_python_sdk.models.task import TaskInfo

from search.engine import SearchUnavailable

HTTP_SECONDS: Final = 10
LOOK_SECONDS: Final = 0.01, 0.5  # between two looks at a task: at first, at most

# What the forum's key must allow, on the index and on those being built beside it.
ACTIONS: Final = (
    "search", "documents.add", "documents.get", "documents.delete", "indexes.create", "indexes.get", "indexes.delete",
    "indexes.swap", "settings.get", "settings.update", "stats.get", "tasks.get",
)  # fmt: skip


class IndexMissing(SearchUnavailable):
    """The server has no such index."""


def connect(url: str, key: str | None, context: ssl.SSLContext | None) -> AsyncClient:
    """Opens nothing until it is asked. Without a context of certificates it makes its own, which takes 25 ms."""
    return AsyncClient(url, key, timeout=HTTP_SECONDS, verify=context or True)


@contextmanager
def asking(action: str) -> Iterator[None]:
    """Turn what a request may raise into SearchUnavailable; `action` is what the key must allow for it."""
    try:
        yield
    except MeilisearchApiError as error:
        raise _refused(error.code, str(error.message).removeprefix("Error message: "), action) from error
    except (MeilisearchError, httpx2.HTTPError, OSError) as error:
        # The name as well: what httpx raises on a timeout has no words.
        said = str(getattr(error, "message", error)) or type(error.__cause__ or error).__name__
        raise SearchUnavailable(f"Meilisearch cannot be reached: {said}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SearchUnavailable(f"Meilisearch answered something else than expected: {error!r}") from error


async def finished(client: AsyncClient, task: TaskInfo, seconds: float) -> None:
    """Wait for a task; SearchUnavailable with its own message when it failed, or is not done after `seconds`."""
    deadline = time.monotonic() + seconds
    pause, longest = LOOK_SECONDS
    while True:
        with asking("tasks.get"):
            found = await client.get_task(task.task_uid)
        if found.status == "succeeded":
            return
        if found.status in ("failed", "canceled"):
            said: dict[str, Any] = found.error or {}
            raise _refused(str(said.get("code", "")), str(said.get("message", f"task {found.status}")), "")
        if time.monotonic() > deadline:
            raise SearchUnavailable(f"Meilisearch has not finished task {task.task_uid} after {seconds:.0f} s")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, longest)


def _refused(code: str, message: str, action: str) -> SearchUnavailable:
    if code == "index_not_found":
        return IndexMissing("there is no search index yet: rebuild it")
    if code in ("invalid_api_key", "missing_authorization_header"):
        return refused_key(action)
    return SearchUnavailable(f"Meilisearch refuses: {message} ({code})")


def refused_key(action: str) -> SearchUnavailable:
    """What to tell an operator whose key does not allow `action`, or nothing at all: the server does not say."""
    return SearchUnavailable(
        f"Meilisearch refuses search.key, at least for {action}: it must allow {', '.join(ACTIONS)} "
        "on search.index and on what begins with it"
    )
