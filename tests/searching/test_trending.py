"""The secretariat sees what many people look for; nobody sees who."""
from collections.abc import Iterator
from typing import Any

import pytest

from forum.app import Site
from forum.searching import engine, trending
from forum.searching.jobs import prune_trending
from forum.searching.rebuild import rebuild
from forum.searching.trending import FEW
from tests.cast import Cast
from tests.searching.planting import Away
from tests.searching.writing import sql

pytestmark = pytest.mark.anyio

PEOPLE = ("ben", "fay", "sol", "cem", "adi", "bea", "pia")
LIST = "/api/v1/trending-searches"
ROW = """
    INSERT INTO trending_queries (run, day, query, found, people)
    VALUES ($1, (now() AT TIME ZONE 'UTC')::date - $2::int, $3, true, $4) RETURNING id
"""


@pytest.fixture(autouse=True)
async def index(site: Site) -> None:
    await rebuild()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trending, "tallies", trending.Tallies())
    yield


async def ask(client: Any, path: str, people: tuple[str, ...] = PEOPLE, *, browser: bool = True) -> None:
    for who in people:
        assert (await client(who, browser=browser).get(path)).status_code == 200


async def shown(client: Any, days: int = 7) -> tuple[list[Any], list[Any]]:
    await trending.flush()
    seen = (await client("ada").get(f"{LIST}?days={days}")).json()
    return tuple([(each["query"], each["people"]) for each in seen[kind]] for kind in ("found", "not_found"))  # type: ignore[return-value]


async def test_what_five_people_ask_is_shown_with_what_they_miss_apart(client: Any) -> None:
    await ask(client, "/search?q=Post+lang:en")
    await ask(client, "/api/v1/search?q=post", PEOPLE[:2])
    await ask(client, "/search?q=nowhere")
    await ask(client, "/search?q=rare", PEOPLE[: FEW - 1])
    await ask(client, "/search?q=rare", PEOPLE[:1])
    assert await shown(client) == ([("post", len(PEOPLE))], [("nowhere", len(PEOPLE))])
    page = (await client("ada", browser=True).get("/admin/searches")).text
    assert "nowhere" in page and "rare" not in page
    table = await client("ada", browser=True).get("/admin/searches.csv?days=30")
    assert table.text == "query,people,found\r\npost,7,yes\r\nnowhere,7,no\r\n"
    assert table.headers["content-disposition"].startswith("attachment")


async def test_a_search_writes_nothing_and_what_is_stored_names_nobody(client: Any, cast: Cast) -> None:
    await ask(client, "/search?q=post")
    assert await sql("SELECT count(*) FROM trending_queries") == 0
    await trending.flush()
    columns = await sql("SELECT string_agg(column_name, ' ' ORDER BY ordinal_position)"
                        " FROM information_schema.columns WHERE table_name = 'trending_queries'")  # fmt: skip
    assert columns == "id run day query found people"


@pytest.mark.parametrize("asked", ("q=post&group=public-group", "q=post+group:public-group", "q=from:ben", "q="))
async def test_what_is_asked_of_one_group_or_of_somebody_is_not_counted(asked: str, client: Any) -> None:
    await ask(client, f"/search?{asked}", PEOPLE[:6])
    assert await shown(client) == ([], [])


async def test_visitors_programs_and_a_resting_engine_are_not_counted(client: Any) -> None:
    await ask(client, "/api/v1/search?q=post", browser=False)
    await ask(client, "/search?q=post", ("stranger",) * 6)
    engine.install(Away())  # type: ignore[arg-type]
    await ask(client, "/search?q=post")
    assert await shown(client) == ([], [])


async def test_counts_of_several_processes_are_not_added_up(client: Any) -> None:
    for run, days_ago, query, people in (
        (1, 0, "both", 4), (2, 0, "both", 4), (3, 0, "larger", 6), (4, 1, "larger", 9), (5, 3, "spread", 3),
        (5, 20, "spread", 3), (6, 40, "old", 9),
    ):  # fmt: skip
        await sql(ROW, run, days_ago, query, people)
    assert await shown(client, 7) == ([("larger", 9)], [])
    assert await shown(client, 30) == ([("larger", 9), ("spread", 6)], [])


async def test_it_is_known_for_ninety_days(client: Any) -> None:
    await sql(ROW, 1, 89, "kept", 9)
    await sql(ROW, 2, 92, "gone", 9)
    await prune_trending()
    assert await sql("SELECT string_agg(query, ',') FROM trending_queries") == "kept"


@pytest.mark.parametrize("days", ("0", "8", "-1", "x", "9" * 30))
async def test_other_windows_are_refused(days: str, client: Any) -> None:
    assert (await client("ada", browser=True).get(f"/admin/searches?days={days}")).status_code in (200, 422)
    assert (await client("ada").get(f"{LIST}?days=91")).status_code == 422
