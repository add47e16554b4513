"""A saved search tells its owner what is new, and nobody else anything."""
from typing import Any

import pytest

from forum.app import Site
from forum.searching import commands, engine
from forum.searching.queries import saved
from forum.searching.rebuild import rebuild
from tests.cast import KINDS, Cast
from tests.searching.planting import Away
from tests.searching.writing import sql, write

pytestmark = pytest.mark.anyio

SEARCHES = "/api/v1/searches"


@pytest.fixture(autouse=True)
async def index(site: Site, cast: Cast) -> None:
    await rebuild()


async def save(ben: Any, q: str, **more: str) -> str:
    saved = await ben.post(SEARCHES, json={"q": q, **more})
    assert saved.status_code == 201, saved.text
    return str(saved.headers["location"])


async def new(ben: Any) -> list[int | None]:
    return [one["new"] for one in (await ben.get(SEARCHES)).json()["items"]]


async def test_what_stands_there_is_not_new_and_what_comes_is(client: Any, cast: Cast) -> None:
    ben = client("ben")
    where = await save(ben, "route servers")
    assert await new(ben) == [0]
    await write(cast, "public", "Route servers at small exchanges.")
    await write(cast, "closed", "Our route server, and two more servers.")
    await write(cast, "public", "Servers without the other word.")
    await write(cast, "public", "My own note on route servers.", by="ben")
    kept = (await ben.get(where)).json()
    assert kept["new"] == 2, "every word is there, and others wrote it"
    assert (await ben.put(where + "/seen", json={"through": kept["through"]})).status_code == 204
    assert await new(ben) == [0]
    await write(cast, "public", "Route servers again.", in_minutes=2)
    assert await new(ben) == [1]
    assert (await ben.put(where + "/seen", json={"through": 0})).status_code == 204
    assert await new(ben) == [1], "what was seen stays seen"


async def test_only_what_the_owner_may_read_now_is_counted(client: Any, cast: Cast) -> None:
    ben = client("ben")
    await save(ben, "canaries")
    for kind in KINDS:
        await write(cast, kind, "Canaries sing.")
    assert await new(ben) == [4]
    await sql("DELETE FROM memberships WHERE member_id = $1 RETURNING id", cast.members["ben"])
    assert await new(ben) == [2], "the index is as it was; the door is not"
    await sql("UPDATE posts SET state = 'hidden' WHERE text = 'Canaries sing.' RETURNING id")
    assert await new(ben) == [0]


async def test_a_search_in_a_group_counts_in_it_alone(client: Any, cast: Cast) -> None:
    cem = client("cem")
    await save(cem, "canaries group:public-group")
    await save(cem, "canaries group:hidden-group")
    await save(cem, "canaries group:no-such-group")
    for kind in ("public", "members", "hidden"):
        await write(cast, kind, "Canaries sing.")
    assert sorted(await new(cem)) == [0, 0, 1]


async def test_the_count_ends_at_a_hundred(client: Any, cast: Cast) -> None:
    ben = client("ben")
    where = await save(ben, "canaries")
    for _ in range(103):
        await write(cast, "public", "Canaries sing.")
    kept = (await ben.get(where)).json()
    assert kept["new"] == 100
    page = await client("ben", browser=True).get("/me/searches")
    assert "99+" in page.text
    await ben.put(where + "/seen", json={"through": kept["through"]})
    assert await new(ben) == [0], "all of them"


async def test_the_same_search_is_kept_once_and_fifty_are_the_most(client: Any, cast: Cast) -> None:
    ben = client("ben")
    where = await save(ben, "canaries", name="Birds")
    again = await ben.post(SEARCHES, json={"q": " canaries ", "name": "Others"})
    assert (again.status_code, again.json()["name"]) == (200, "Birds")
    assert f"{SEARCHES}/{again.json()['id']}" == where
    for number in range(commands.MOST_SAVED - 1):
        await save(ben, f"canaries {number}")
    refused = await ben.post(SEARCHES, json={"q": "one more"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_searches")
    assert (await ben.post(SEARCHES, json={"q": "canaries"})).status_code == 200
    page = await client("ben", browser=True).post("/me/searches", data={"q": "one more"})
    assert page.status_code == 409 and "50 searches" in page.text


@pytest.mark.parametrize("q", ("", "   ", '""', "\u200b"))
async def test_what_asks_for_nothing_is_not_kept(q: str, client: Any) -> None:
    assert (await client("ben").post(SEARCHES, json={"q": q})).status_code == 422
    assert (await client("ben", browser=True).post("/me/searches", data={"q": q})).status_code == 422


async def test_renaming_and_deleting(client: Any) -> None:
    ben, browser = client("ben"), client("ben", browser=True)
    where = await save(ben, "canaries " * 30)
    assert len((await ben.get(where)).json()["name"]) == 80
    assert (await ben.put(where + "/name", json={"name": "Birds"})).status_code == 204
    assert (await ben.get(where)).json()["name"] == "Birds"
    own = where.replace(SEARCHES, "/me/searches")
    refused = await browser.post(own + "/name", data={"name": "x" * 81})
    assert refused.status_code == 422 and "x" * 81 in refused.text
    assert (await ben.delete(where)).status_code == 204
    assert (await ben.get(where)).status_code == 404


async def test_nobody_else_finds_it(client: Any) -> None:
    where = await save(client("ben"), "canaries")
    for who in ("fay", "ada", "adi"):
        other = client(who)
        assert (await other.get(SEARCHES)).json()["items"] == []
        assert (await other.get(where)).status_code == 404
        assert (await other.put(where + "/seen", json={"through": 1})).status_code == 404
        assert (await other.delete(where)).status_code == 404


async def test_the_page_opens_what_is_new_and_a_look_changes_nothing(client: Any, cast: Cast) -> None:
    ben = client("ben", browser=True)
    saved = await ben.post("/me/searches", data={"q": "canaries"})
    assert saved.headers["location"] == "/me/searches?said=search_saved"
    await write(cast, "public", "Canaries sing.")
    for _ in range(2):
        page = await ben.get("/me/searches")
        assert "Show 1 new post" in page.text
    own = page.text.split('action="/me/searches/')[1].split("/")[0]
    through = page.text.split('name="through" value="')[1].split('"')[0]
    opened = await ben.post(f"/me/searches/{own}/open", data={"through": through})
    assert opened.headers["location"] == "/search?q=canaries+sort%3Anew"
    assert "Nothing new" in (await ben.get("/me/searches")).text
    assert (await ben.post(f"/me/searches/{own}/open")).status_code == 422


async def test_while_the_engine_is_away_nothing_is_counted_and_nothing_lost(client: Any, cast: Cast) -> None:
    ben = client("ben")
    where = await save(ben, "canaries")
    engine.install(Away())  # type: ignore[arg-type]
    kept = (await ben.get(where)).json()
    assert kept["new"] is None
    page = await client("ben", browser=True).get("/me/searches")
    assert page.status_code == 200 and "cannot be said" in page.text


async def test_the_longest_search_opens(client: Any, cast: Cast) -> None:
    ben, browser = client("ben"), client("ben", browser=True)
    where = await save(ben, "canary " * 585)
    opened = await browser.post(f"/me/searches/{where.rpartition('/')[2]}/open", data={"through": "1"})
    assert opened.status_code == 303
    assert (await browser.get(opened.headers["location"])).status_code == 200


async def test_searches_that_take_long_leave_the_rest_uncounted(
    client: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = client("ben")
    await save(ben, "canaries")
    await save(ben, "birds")
    monkeypatch.setattr(saved, "COUNTING_SECONDS", -1.0)
    assert await new(ben) == [None, None]


async def test_several_searches_are_read_again_in_one_statement(client: Any, cast: Cast) -> None:
    from tests.support.clients import counting

    ben = client("ben")
    for q in ("canaries", "canaries group:public-group", "birds"):
        await save(ben, q)
    await write(cast, "public", "Canaries sing.")
    found: list[str] = []
    with counting(found):
        await new(ben)
    assert len(found) == 4, found  # who asks, the searches, the groups they name, the door


async def test_a_query_of_any_characters_comes_back_as_text(client: Any) -> None:
    ben = client("ben", browser=True)
    q = '<script>alert(1)</script> "a & b\' `{{7*7}}` \u202eevil ' + "漢字" * 40
    assert (await ben.post("/me/searches", data={"q": q})).status_code == 303
    page = (await ben.get("/me/searches")).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "{{7*7}}" in page


async def test_the_results_page_saves_what_was_searched_where_it_was_searched(client: Any) -> None:
    ben = client("ben", browser=True)
    for found in ("post", "nowhere"):
        page = (await ben.get(f"/search?q={found}&group=closed-group")).text
        assert f'name="q" value="{found} group:closed-group"' in page
    assert "Save this search" not in (await client("stranger", browser=True).get("/search?q=post")).text


async def test_an_empty_box_has_them_beside_it_for_their_owner_in_person(client: Any, cast: Cast) -> None:
    ben = client("ben", browser=True)
    await save(client("ben"), "canaries", name="Birds of the group")
    await write(cast, "public", "Canaries sing.")
    page = (await ben.get("/search")).text
    assert "Birds of the group" in page and "1 new" in page
    for who, browser in (("ben", False), ("fay", True), ("stranger", True)):
        assert "Birds of the group" not in (await client(who, browser=browser).get("/search")).text
    await sql(
        "UPDATE sessions SET viewing_id = $2, viewing_until = now() + interval '1 hour' WHERE member_id = $1"
        " RETURNING id",
        cast.members["adi"],
        cast.members["ben"],
    )
    seen = await client("adi", browser=True).get("/search")
    assert seen.status_code == 200 and "Birds of the group" not in seen.text
    for path in ("/me/searches", SEARCHES):
        assert (await client("adi", browser=True).get(path)).status_code == 403
