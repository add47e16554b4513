"""A worker works, whatever becomes of the search index."""
import asyncio

import pytest

from forum.cli import serving
from forum.searching import engine
from search.engine import SearchUnavailable, Status

pytestmark = pytest.mark.anyio


class Locked:
    """An engine whose index another process is making."""

    async def status(self) -> Status:
        return Status(ready=False, documents=0)


async def test_an_index_that_cannot_be_made_now_is_made_beside_the_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    made = asyncio.Event()

    async def rebuild() -> int:
        tries.append("once more")
        if len(tries) < 3:
            raise SearchUnavailable("another process holds the lock")
        made.set()
        return 0

    monkeypatch.setattr(serving, "rebuild", rebuild)
    monkeypatch.setattr(serving, "INDEX_SECONDS", 0)
    monkeypatch.setattr(engine, "_engine", Locked())
    async with serving.search_from_the_start():
        assert len(tries) == 1
        async with asyncio.timeout(5):
            await made.wait()
    assert len(tries) == 3
