"""The engine is away for longer than a job has tries, or its index is gone: nothing is missing or stale afterwards."""
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forum import schedule
from forum.app import Site
from forum.jobs import executor
from forum.jobs.queue import NotNowError
from forum.kit.transaction import connection, outermost
from forum.searching import engine, jobs, rebuild
from forum.searching.comparison import verify
from forum.searching.rebuild import keeping_an_index
from search.documents import Document
from search.embedded import EmbeddedEngine
from search.engine import SearchUnavailable
from tests.cast import Cast
from tests.jobs.cases import until, working
from tests.searching.engines import MemoryEngine
from tests.support.clients import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

LEFT = "SELECT count(*) FROM pgqueuer WHERE entrypoint LIKE 'searching.index%'"
HELD = "SELECT count(*) FROM pgqueuer WHERE status = 'failed'"


async def count(statement: str) -> int:
    async with connection() as sql:
        return int(await sql.fetchval(statement))


async def worked_off() -> bool:
    return await count(LEFT) == 0


@pytest.fixture
async def running(committed_site: Site, monkeypatch: pytest.MonkeyPatch) -> MemoryEngine:
    # The daily comparison would mend what these tests look for.
    monkeypatch.setattr(schedule, "SCHEDULE", [])
    made = await MemoryEngine().fill()
    engine.install(made)
    return made


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 0.02)


async def test_an_outage_of_more_than_five_tries_loses_nothing(
    running: MemoryEngine, committed_site: Site, cast: Cast, soon: None
) -> None:
    ben, thread = client_of(committed_site, "ben", browser=False), cast.threads["public"]
    running.away = 10 * executor.MAX_TRIES
    async with working():
        for number in range(4):
            written = await ben.post(f"/api/v1/threads/{thread}/posts", json={"body": f"Reply {number}"})
            assert written.status_code == 201
        edit = await ben.patch(f"/api/v1/threads/{thread}", json={"title": "Renamed"}, headers={"If-Match": '"1"'})
        assert edit.is_success
        assert (await ben.delete(f"/api/v1/posts/{cast.first['closed']}")).is_success
        await until(worked_off)
    assert running.asked > 10 * executor.MAX_TRIES
    assert await count(HELD) == 0
    assert (await verify(mend=False)).total == 0
    assert running.held[cast.second["public"]].title == "Renamed"


async def test_the_longer_the_engine_is_away_the_later_its_jobs_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: now))
    outage = jobs.Outage()

    async def pause() -> timedelta:
        with pytest.raises(NotNowError) as caught:
            async with outage.awaited():
                raise SearchUnavailable("away")
        return caught.value.pause

    assert await pause() <= timedelta(seconds=3)
    now += 60
    assert timedelta(seconds=10) < await pause() < timedelta(seconds=25)
    now += 86_400
    assert timedelta(seconds=60) < await pause() < timedelta(seconds=120)
    async with outage.awaited():
        pass
    assert await pause() <= timedelta(seconds=3)


async def test_an_engine_that_hangs_is_away() -> None:
    with pytest.raises(NotNowError):
        async with jobs.Outage().awaited(0.001):
            await asyncio.Event().wait()


async def test_an_index_that_is_gone_is_made_anew_beside_the_jobs(
    running: MemoryEngine, committed_site: Site, cast: Cast, soon: None
) -> None:
    running.missing, running.held = True, {}
    ben = client_of(committed_site, "ben", browser=False)
    path = f"/api/v1/threads/{cast.threads['public']}/posts"
    async with working(), keeping_an_index():
        assert (await ben.post(path, json={"body": "Meanwhile"})).status_code == 201
        await until(worked_off)
    assert not running.missing
    assert (await verify(mend=False)).total == 0


async def test_an_index_that_another_process_makes_is_waited_for(
    running: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.missing = True
    monkeypatch.setattr(rebuild, "LOOK_SECONDS", 0)
    monkeypatch.setattr(rebuild, "LONGEST_PAUSE", 0)
    tries: list[str] = []
    made = asyncio.Event()
    really = running.rebuild

    def locked() -> Any:
        tries.append("once more")
        if len(tries) < 3:
            raise SearchUnavailable("another process holds the lock")
        made.set()
        return really()

    monkeypatch.setattr(running, "rebuild", locked)
    async with keeping_an_index(), asyncio.timeout(10):
        await made.wait()
    assert len(tries) == 3


class Meanwhile(MemoryEngine):
    """Something happens, once, while the new index is being filled."""

    def __init__(self, old: MemoryEngine, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.old, self.waits = old, [happens]

    async def add(self, documents: Iterable[Document]) -> None:
        await super().add(documents)
        if self.waits:
            await self.waits.pop()()

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator["Meanwhile"]:
        yield self
        self.old.held = self.held


async def rebuilt(
    running: MemoryEngine, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]
) -> None:
    """Rebuild while this happens, and its jobs run, and change the old index."""

    async def happens_and_is_indexed() -> None:
        await happens()
        await until(worked_off)

    monkeypatch.setattr(running, "rebuild", Meanwhile(running, happens_and_is_indexed).rebuild)
    async with working():
        await rebuild.rebuild()
    assert (await verify(mend=False)).total == 0


async def test_what_happens_during_a_rebuild_is_replayed(
    running: MemoryEngine, committed_site: Site, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = client_of(committed_site, "ben", browser=False)
    thread, version = cast.threads["public"], {"If-Match": '"1"'}

    async def happens() -> None:
        answers = [
            await ben.patch(f"/api/v1/threads/{thread}", json={"title": "Renamed"}, headers=version),
            await ben.patch("/api/v1/me", json={"name": "Benedict"}, headers=version),
            await ben.put(f"/api/v1/threads/{thread}/answer", json={"post_id": cast.second["public"]}),
            await ben.patch(f"/api/v1/posts/{cast.first['closed']}", json={"body": "New"}, headers=version),
            await ben.delete(f"/api/v1/posts/{cast.first['hidden']}"),
            await ben.post(f"/api/v1/threads/{thread}/posts", json={"body": "Reply"}),
        ]
        assert [answer.status_code for answer in answers if not answer.is_success] == []

    await rebuilt(running, monkeypatch, happens)
    assert running.held[cast.second["public"]].title == "Renamed"
    assert running.held[cast.first["members"]].author_name == "Benedict"


async def test_the_replay_waits_for_no_older_transaction(
    running: MemoryEngine, committed_site: Site, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who follow the facts would not see this one until it ends; whoever replays must."""
    ben, post = client_of(committed_site, "ben", browser=False), cast.first["closed"]
    release, begun = asyncio.Event(), asyncio.Event()

    async def write_for_long() -> None:
        async with outermost() as raw:
            await raw.fetchval("SELECT pg_current_xact_id()::text")
            begun.set()
            await release.wait()

    async def happens() -> None:
        edit = await ben.patch(f"/api/v1/posts/{post}", json={"body": "New"}, headers={"If-Match": '"1"'})
        assert edit.is_success

    writer = asyncio.create_task(write_for_long())
    await begun.wait()
    try:
        await rebuilt(running, monkeypatch, happens)
    finally:
        release.set()
        await writer
    assert running.held[post].text == "New"


async def test_a_rebuild_that_ends_after_the_swap_leaves_the_replay_to_a_worker(
    running: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(**_cursor: int) -> None:
        raise SystemExit

    monkeypatch.setattr(rebuild, "replay_facts", killed)
    with pytest.raises(SystemExit):
        await rebuild.rebuild()
    assert await count("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'searching.replay_facts'") == 1


@pytest.mark.parametrize("pointer", [None, '{"folder": "gen-1", "format": 0}', "not JSON"])
async def test_a_folder_that_is_missing_or_of_another_format_is_made_anew(
    pointer: str | None, committed_site: Site, cast: Cast, tmp_path: Path
) -> None:
    if pointer is not None:
        (tmp_path / "active").write_text(pointer)
    made = EmbeddedEngine(tmp_path)
    engine.install(made)
    ben = client_of(committed_site, "ben", browser=False)
    path = "/api/v1/search?q=Thread in the public group"
    assert (await ben.get(path)).json()["degraded"] is True

    async def ready() -> bool:
        return (await made.status()).ready

    async with keeping_an_index():
        await until(ready)
    answer = (await ben.get(path)).json()
    assert answer["degraded"] is False and answer["items"]
    assert (await verify(mend=False)).total == 0
