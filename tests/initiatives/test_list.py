"""The list of initiatives: what it shows to whom, how it is narrowed, sorted and paged; what groups and home show."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

LIST = "/api/v1/initiatives"
As = Callable[..., Client]


async def sql(statement: str, *values: Any) -> None:
    async with connection() as raw:
        await raw.execute(statement, *values)


async def titles(reader: Client, query: str = "") -> list[str]:
    return [one["title"] for one in (await reader.get(LIST + query)).json()["items"]]


@pytest.fixture
async def seven(cast: Cast) -> dict[str, int]:
    """By title; ``B`` lies in the closed group, ``Draft`` is Ben's."""
    group, people = cast.groups, cast.members
    two = [people["ben"], people["ada"]]
    made = {
        "A": await make(group["public"], people["ben"], "gathering", title="Alder", cosponsors=[people["cem"]]),
        "B": await make(group["closed"], people["ben"], "gathering", title="Birch"),
        "C": await make(group["public"], people["fay"], "active", title="Cedar", cosponsors=two),
        "D": await make(group["members"], people["ben"], "gathering", title="Douglas", co_leads=[people["cem"]]),
        "E": await make(group["public"], people["fay"], "lapsed", title="Ebony"),
        "Draft": await make(group["public"], people["ben"], "draft", title="Draft", asked=[people["sol"]]),
    }
    ends = "UPDATE initiatives SET gathering_ends_at = now() + $2 * interval '1 day' WHERE id = $1"
    await sql(ends, made["D"], 3)
    await sql(ends, made["A"], 9)
    await sql("UPDATE initiatives SET languages = '{fr,ar}' WHERE id = $1", made["E"])
    await sql("UPDATE initiatives SET answer_due_at = now() - interval '1 day' WHERE id = $1", made["C"])
    return made


async def test_everybody_finds_what_they_may_read(client: As, seven: dict[str, int]) -> None:
    assert await titles(client("ben")) == ["Ebony", "Douglas", "Cedar", "Birch", "Alder"]
    assert await titles(client("cem")) == ["Ebony", "Douglas", "Cedar", "Alder"]
    assert await titles(client("stranger")) == ["Ebony", "Cedar", "Alder"]
    assert await titles(client("cem"), "?group=closed-group") == []


async def test_drafts_are_for_those_who_make_them(client: As, seven: dict[str, int]) -> None:
    for name, found in (("ben", ["Draft"]), ("sol", ["Draft"]), ("fay", []), ("stranger", [])):
        assert await titles(client(name), "?stage=draft") == found, name


async def test_narrowed(client: As, seven: dict[str, int], cast: Cast) -> None:
    ben = client("ben")
    assert await titles(ben, "?stage=gathering") == ["Douglas", "Birch", "Alder"]
    assert await titles(ben, "?group=public-group") == ["Ebony", "Cedar", "Alder"]
    assert await titles(ben, "?language=ar") == ["Ebony"]
    assert await titles(ben, "?answer=overdue") == ["Cedar"]
    assert (await ben.get(LIST + "?stage=begun")).status_code == 422


async def test_a_country_counts_where_the_profile_shows_it(client: As, seven: dict[str, int], cast: Cast) -> None:
    await sql("UPDATE members SET country = 'MT' WHERE id = ANY($1)", [cast.members["fay"], cast.members["cem"]])
    assert await titles(client("ben"), "?country=MT") == ["Ebony", "Douglas", "Cedar"]
    assert await titles(client("stranger"), "?country=MT") == []
    await sql("UPDATE members SET audiences = '{\"country\": \"me\"}' WHERE id = $1", cast.members["fay"])
    assert await titles(client("ben"), "?country=MT") == ["Douglas"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", ["Ebony", "Douglas", "Cedar", "Birch", "Alder"]),
        ("supported", ["Cedar", "Alder", "Ebony", "Douglas", "Birch"]),
        ("closing", ["Douglas", "Alder", "Birch"]),
    ],
)
async def test_sorted_and_walked_page_by_page(client: As, seven: dict[str, int], sort: str, order: list[str]) -> None:
    assert await titles(client("ben"), f"?sort={sort}") == order
    found, link = [], f"{LIST}?sort={sort}&limit=1"
    while link:
        page = (await client("ben").get(link)).json()
        found += [one["title"] for one in page["items"]]
        link = page["next"]
    assert found == order


@pytest.mark.parametrize("after", ["x", "1", "1.1.1", "9" * 16 + ".1", "1." + "9" * 19, "-1.2"])
async def test_a_cursor_that_nobody_gave(client: As, after: str) -> None:
    for sort in ("newest", "supported", "closing"):
        assert (await client("ben").get(f"{LIST}?sort={sort}&after={after}")).status_code == 422


async def test_the_page_says_the_same(client: As, seven: dict[str, int]) -> None:
    page = await client("ben", browser=True).get("/initiatives?sort=closing&group=public-group")
    assert "Alder" in page.text and "Birch" not in page.text
    assert "1 of 10 co-sponsors" in page.text and "8 days left" in page.text
    assert (await client("ben", browser=True).get("/initiatives?stage=begun")).status_code == 422


async def test_home_says_what_closes_and_what_waits(client: As, seven: dict[str, int]) -> None:
    home = (await client("sol").get("/api/v1/home")).json()
    assert [one["title"] for one in home["closing"]] == ["Douglas", "Alder"]
    assert [one["title"] for one in home["initiatives"]] == ["Draft"]
    home = (await client("cem").get("/api/v1/home")).json()
    assert (home["closing"], home["initiatives"]) == ([], [])  # D is theirs, A has their name, B is shut
    page = await client("ben", browser=True).get("/")
    assert "Initiatives that wait for you" in page.text


async def test_a_group_shows_what_is_under_way(client: As, seven: dict[str, int]) -> None:
    page = (await client("stranger", browser=True).get("/g/public-group")).text
    assert "Alder" in page and "Cedar" in page and f"/i/{seven['E']}/" not in page
    assert "Birch" not in (await client("cem", browser=True).get("/g/closed-group")).text
