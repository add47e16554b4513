"""A site on a Meilisearch server that goes away and comes back, through HTTP."""
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from config.settings import SearchSettings, Secret
from forum import schedule
from forum.app import Site
from forum.kit.transaction import connection
from forum.searching import engine, jobs
from forum.searching.comparison import verify
from forum.searching.rebuild import keeping_an_index, rebuild
from search import breaker
from search.breaker import Breaker
from search.embedded import EmbeddedEngine
from search.meilisearch.engine import MeilisearchEngine
from tests.cast import Cast
from tests.jobs.cases import until, working
from tests.search.fake_meilisearch import FakeMeilisearch, serving
from tests.support.clients import Client, client_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

LEFT = "SELECT count(*) FROM pgqueuer WHERE entrypoint LIKE 'searching.index%'"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SCHEDULE", [])
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 0.02)


@pytest.fixture
async def fake(committed_site: Site) -> AsyncIterator[FakeMeilisearch]:
    """A server that the site's settings name; it serves when a test says so."""
    made = FakeMeilisearch()
    async with serving(made):
        pass
    search = SearchSettings(engine="meilisearch", url=made.url, key=Secret("secret"))
    async with engine.installed(replace(committed_site.settings, search=search)):
        yield made


@pytest.fixture
def ben(committed_site: Site) -> Client:
    return client_of(committed_site, "ben", browser=False)


async def search(ben: Client, words: str) -> Any:
    answer = await ben.get("/api/v1/search", params={"q": words})
    assert answer.status_code == 200
    return answer.json()


async def post(ben: Client, cast: Cast, body: str) -> int:
    answer = await ben.post(f"/api/v1/threads/{cast.threads['public']}/posts", json={"body": body})
    assert answer.status_code == 201
    return int(answer.json()["id"])


async def worked_off() -> bool:
    async with connection() as sql:
        return await sql.fetchval(LEFT) == 0


def posts(found: Any) -> list[int]:
    return [hit["post"]["id"] for hit in found["items"]]


async def test_a_server_that_stops_and_comes_back_loses_nothing(fake: FakeMeilisearch, ben: Client, cast: Cast) -> None:
    async with working():
        async with serving(fake):
            await rebuild()
            first = await post(ben, cast, "The porcupines gather")
            await until(worked_off)
            found = await search(ben, "porcupines")
            assert (posts(found), found["degraded"]) == ([first], False)
        # Away: posting does not notice, searching says so.
        written = [await post(ben, cast, f"Hedgehogs, part {number}") for number in range(3)]
        assert (await ben.delete(f"/api/v1/posts/{first}")).is_success
        found = await search(ben, "hedgehogs")
        assert (posts(found), found["degraded"]) == ([], True)
        async with serving(fake):
            await until(worked_off)
            engine.install(engine.engine()._inner)  # type: ignore[attr-defined]  # its rest is over
            assert posts(await search(ben, "porcupines")) == []
            assert posts(await search(ben, "hedgehogs"))[0] in written
            assert (await verify(mend=False)).total == 0


async def test_a_server_that_hangs_is_waited_for_once(
    fake: FakeMeilisearch, ben: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.engine(), "_patience", 0.05)
    async with serving(fake):
        fake.hangs = True
        assert (await search(ben, "porcupines"))["degraded"]
        asked = len(fake.asked)
        for _ in range(3):
            assert (await search(ben, "porcupines"))["degraded"]
        assert len(fake.asked) == asked
    assert breaker.PATIENCE == 1.5


async def test_a_server_that_lost_its_index_gets_it_back_beside_the_jobs(
    fake: FakeMeilisearch, ben: Client, cast: Cast
) -> None:
    async with serving(fake), working(), keeping_an_index():
        written = await post(ben, cast, "The porcupines gather")

        async def whole() -> bool:
            return (await engine.engine().status()).ready and await worked_off()

        await until(whole)
        assert (await verify(mend=False)).total == 0
        assert posts(await search(ben, "porcupines")) == [written]


async def test_the_settings_choose_the_engine(committed_site: Site) -> None:
    settings = committed_site.settings
    for search, kind in [
        (SearchSettings(), EmbeddedEngine),
        (SearchSettings(engine="meilisearch", url="http://127.0.0.1:7700", key=Secret("k")), MeilisearchEngine),
    ]:
        made = engine.make(replace(settings, search=search))
        assert isinstance(made, Breaker) and isinstance(made._inner, kind)
        await made.aclose()
