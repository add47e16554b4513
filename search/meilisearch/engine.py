"""The Meilisearch engine: a server that the operator runs, asked through the async SDK.

NAME             the index that serves
NAME-build-…     one being filled; a rebuild swaps it with the first and removes what it holds then
"""

import asyncio
import secrets
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.index import AsyncIndex
from meilisearch_python_sdk.models.settings import MeilisearchSettings
from meilisearch_python_sdk.models.task import TaskInfo

from search.documents import Document
from search.engine import Answer, Hit, Query, SearchUnavailable, Status
from search.meilisearch.asking import Asked, Plan, plan
from search.meilisearch.records import Record, batches, record
from search.meilisearch.server import LOOK_SECONDS, IndexMissing, asking, connect, finished, refused_key
from search.meilisearch.settings import KEY, SHOWN, TITLES, index_settings, is_of, is_ours

TASK_SECONDS = 60.0  # for a change
REBUILD_SECONDS = 1_800.0  # for one batch of a rebuild, behind those before it
AHEAD = 4  # batches of a rebuild that the server has not finished
ABANDONED = timedelta(minutes=2)  # a build that was not touched for longer is swept
IDS = 1_000  # in one request to delete
STAMPS = 5_000  # in one answer: the range may reach to the end of all numbers


class MeilisearchEngine:
    """A SearchEngine on a server; cheap to make, connects when it is asked."""

    def __init__(self, url: str, key: str | None, name: str, *, context: ssl.SSLContext | None = None) -> None:
        self._name = name
        self._client = connect(url, key, context)
        self._index = self._client.index(name)

    async def index(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same post ids; searchable on return."""
        latest = {document.post_id: document for document in documents}
        await self._finish([await _send(self._index, part) for part in _parts(latest.values())])

    async def delete(self, post_ids: Iterable[int]) -> None:
        """Forget posts; unknown ids are no error."""
        with asking("documents.delete"):
            tasks = [await self._index.delete_documents([str(one) for one in some]) for some in _chunks(post_ids)]
        await self._finish(tasks)

    async def search(self, query: Query) -> Answer:
        """What answers a query best; nothing outside `query.group_ids`. It corrects nothing: typos are tolerated."""
        if not query.group_ids or (asked := plan(query)) is None:
            return Answer()
        hits = await self._hits(asked, query.limit)
        if not hits and asked.looser is not None:
            hits = await self._hits(asked.looser, query.limit)
        return Answer(tuple(hits))

    async def count(self) -> int:
        """How many documents are indexed."""
        with asking("stats.get"):
            return (await self._index.get_stats()).number_of_documents

    async def stamps(self, first: int, last: int) -> dict[int, int]:
        """The stamps of the documents with ids from `first` to `last`, both included."""
        found: dict[int, int] = {}
        wanted, page = f"{KEY} {first} TO {last}", STAMPS
        while page == STAMPS:
            with asking("documents.get"):
                some = await self._index.get_documents(
                    filter=wanted, fields=[KEY, "stamp"], offset=len(found), limit=STAMPS
                )
                found |= {int(one[KEY]): int(one["stamp"]) for one in some.results}
            page = len(some.results)
        return found

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator["MeilisearchBuilder"]:
        """Fill a new index and swap it in; only one process rebuilds at a time."""
        exists = await self._swept()
        build = secrets.token_hex(6)
        made = self._client.index(f"{self._name}-build-{build}")
        try:
            await self._set(made, index_settings(build))
            builder = MeilisearchBuilder(self._client, made)
            yield builder
            await builder.finish()
            if not exists:
                # Both sides of a swap must be there; this one says by its settings that it is none of ours.
                await self._set(self._index, MeilisearchSettings(displayed_attributes=[KEY]))
            await self._swap(made, build)
        finally:
            # After the swap this is what served before it.
            with suppress(SearchUnavailable):
                await self._drop(made)

    async def status(self) -> Status:
        """Whether the engine is ready, without raising."""
        try:
            ours = is_ours(await self._displayed(self._index))
            documents = await self.count()
        except SearchUnavailable as error:
            return Status(ready=False, documents=0, reason=str(error), rebuild=isinstance(error, IndexMissing))
        if not ours:
            reason = "the search index was made with other settings: rebuild it"
            return Status(ready=False, documents=documents, reason=reason, rebuild=True)
        return Status(ready=True, documents=documents)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _hits(self, asked: Plan, limit: int) -> list[Hit]:
        first = await self._ask(asked.whole, limit)
        if len(first) >= limit or not asked.singles:
            return first
        if asked.whole.newest_first and (first or (asked.unpaged and await self._ask(asked.unpaged, 1))):
            return first
        others = await asyncio.gather(*(self._ask(one, limit) for one in asked.singles))
        return _filled(first, others, asked.whole, limit)

    async def _ask(self, asked: Asked, limit: int) -> list[Hit]:
        with asking("search"):
            found = await self._index.search(
                asked.q,
                limit=limit,
                filter=list(asked.filters),
                sort=["position:desc"] if asked.newest_first else None,
                distinct="thread_id" if asked.one_a_thread else None,
                matching_strategy=asked.strategy,
                attributes_to_search_on=list(TITLES) if asked.titles_only else None,
                attributes_to_retrieve=list(SHOWN),
                locales=list(asked.locales) or None,
                show_ranking_score=not asked.newest_first,
            )
            return [_hit(one) for one in found.hits]

    async def _set(self, index: AsyncIndex, settings: MeilisearchSettings) -> None:
        """Change settings; an index that is not there is made."""
        with asking("settings.update"):
            task = await index.update_settings(settings)
        try:
            await self._finish([task])
        except IndexMissing as error:
            # Nobody but a key without the right to make one is told that.
            raise refused_key("indexes.create") from error

    async def _drop(self, index: AsyncIndex) -> None:
        with asking("indexes.delete"):
            task = await index.delete()
        await self._finish([task])

    async def _finish(self, tasks: Iterable[TaskInfo]) -> None:
        for task in tasks:
            await finished(self._client, task, TASK_SECONDS)

    async def _displayed(self, index: AsyncIndex) -> Sequence[str]:
        with asking("settings.get"):
            return (await index.get_settings()).displayed_attributes or []

    async def _swept(self) -> bool:
        """Remove what killed rebuilds left behind; returns whether there is an index that serves."""
        with asking("indexes.get"):
            known = await self._client.get_raw_indexes(limit=1_000) or []
        for one in known:
            if not one.uid.startswith(f"{self._name}-build-"):
                continue
            if datetime.now(UTC) - one.updated_at < ABANDONED:
                raise SearchUnavailable(
                    "the search index is being made elsewhere, or that was killed two minutes ago at most: try again"
                )
            await self._drop(self._client.index(one.uid))
        return any(one.uid == self._name for one in known)

    async def _swap(self, made: AsyncIndex, build: str) -> None:
        """Swap and see that it happened: a key for some indexes only may not look at the task of a swap."""
        if not is_of(build, await self._displayed(made)):
            raise SearchUnavailable("the new search index was swept while it was being filled: try again")
        with asking("indexes.swap"):
            await self._client.swap_indexes([(self._name, made.uid)])
        deadline = time.monotonic() + TASK_SECONDS
        while not is_of(build, await self._displayed(self._index)):
            if time.monotonic() > deadline:
                raise SearchUnavailable(f"Meilisearch has not swapped the indexes after {TASK_SECONDS:.0f} s")
            await asyncio.sleep(LOOK_SECONDS[0])


class MeilisearchBuilder:
    """An index being filled; made by `MeilisearchEngine.rebuild` only."""

    def __init__(self, client: AsyncClient, index: AsyncIndex) -> None:
        self._client, self._index = client, index
        self._sent: deque[TaskInfo] = deque()

    async def add(self, documents: Iterable[Document]) -> None:
        """Send documents, a few batches ahead of the server."""
        for part in _parts(documents):
            self._sent.append(await _send(self._index, part))
            await self._wait(AHEAD)

    async def finish(self) -> None:
        """Return when the server has taken everything in."""
        await self._wait(0)

    async def _wait(self, ahead: int) -> None:
        while len(self._sent) > ahead:
            await finished(self._client, self._sent.popleft(), REBUILD_SECONDS)


async def _send(index: AsyncIndex, part: Sequence[Record]) -> TaskInfo:
    with asking("documents.add"):
        return await index.add_documents(part, KEY)


def _filled(first: Sequence[Hit], others: Iterable[Sequence[Hit]], asked: Asked, limit: int) -> list[Hit]:
    """The page, and below it what has some of the words: the more and the better, the higher; by date, the newest."""
    ceiling = min((hit.score for hit in first), default=1.0)
    lists = list(others)
    found: dict[int, Hit] = {}
    for hit in (hit for one in lists for hit in one):
        place = hit.thread_id if asked.one_a_thread else hit.post_id
        known = found.get(place)
        score = (known.score if known else 0.0) + ceiling * hit.score / len(lists)
        found[place] = replace(known or hit, score=score)
    for hit in first:
        found.pop(hit.thread_id if asked.one_a_thread else hit.post_id, None)
    below = sorted(found.values(), key=lambda hit: hit.position if asked.newest_first else hit.score, reverse=True)
    return [*first, *below][:limit]


def _hit(found: dict[str, Any]) -> Hit:
    return Hit(
        post_id=int(found["post_id"]),
        thread_id=int(found["thread_id"]),
        group_id=int(found["group_id"]),
        number=int(found["number"]),
        score=float(found.get("_rankingScore") or 0.0),
        position=int(found["position"]),
    )


def _parts(documents: Iterable[Document]) -> Iterable[list[Record]]:
    return batches(record(document) for document in documents)


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    known = list(ids)
    return (known[start : start + IDS] for start in range(0, len(known), IDS))
