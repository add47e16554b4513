"""A feed is read without a cookie, by whoever has its address, with the rights that its owner has now."""
from typing import Any
from xml.etree import ElementTree

import pytest

from forum.app import Site
from forum.searching import engine
from forum.searching.rebuild import rebuild
from forum.web.atom import ATOM
from tests.cast import KINDS, STRANGER, Cast
from tests.searching.planting import Away
from tests.searching.test_saved import SEARCHES, save
from tests.searching.writing import sql, write
from tests.support.clients import BASE

pytestmark = pytest.mark.anyio

NS = {"a": ATOM}


@pytest.fixture(autouse=True)
async def index(site: Site, cast: Cast) -> None:
    await rebuild()


async def address(client: Any, who: str, q: str = "canaries") -> str:
    """Of a new search's feed, as a path."""
    where = await save(client(who), q)
    return str((await client(who, browser=True).get(where)).json()["feed"]).removeprefix(BASE)


async def entries(client: Any, path: str) -> list[str]:
    answer = await client(STRANGER).get(path)
    assert answer.status_code == 200, answer.text
    root = ElementTree.fromstring(answer.content)
    return [str(found.text) for found in root.findall("a:entry/a:summary", NS)]


async def test_it_tells_the_newest_first_with_the_owners_rights_of_now(client: Any, cast: Cast) -> None:
    path = await address(client, "ben")
    for minute, kind in enumerate(KINDS):
        await write(cast, kind, f"Canaries in {kind}.", in_minutes=minute)
    assert await entries(client, path) == [f"Canaries in {kind}." for kind in reversed(KINDS)]
    await sql("DELETE FROM memberships WHERE member_id = $1 RETURNING id", cast.members["ben"])
    assert await entries(client, path) == ["Canaries in members.", "Canaries in public."]
    await sql("UPDATE posts SET state = 'withdrawn' WHERE text = 'Canaries in public.' RETURNING id")
    assert await entries(client, path) == ["Canaries in members."]


async def test_it_is_a_feed_that_readers_take(client: Any, cast: Cast) -> None:
    path = await address(client, "ben", "canaries <b>&")
    post = await write(cast, "public", "Canaries <b>sing</b> & \u0008 fly.")
    answer = await client(STRANGER).get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "private" in answer.headers["cache-control"] and answer.headers["x-robots-tag"] == "noindex"
    root = ElementTree.fromstring(answer.content)
    assert root.find("a:title", NS).text == "canaries <b>&"  # type: ignore[union-attr]
    assert root.find("a:link[@rel='self']", NS).get("href") == BASE + path  # type: ignore[union-attr]
    entry = root.find("a:entry", NS)
    assert entry is not None
    assert entry.find("a:id", NS).text == f"{BASE}/p/{post}"  # type: ignore[union-attr]
    assert entry.find("a:updated", NS).text.endswith("Z")  # type: ignore[union-attr]
    assert entry.find("a:author/a:name", NS).text == "Fay"  # type: ignore[union-attr]
    again = await client(STRANGER).get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await write(cast, "public", "Canaries <b> again.")
    changed = await client(STRANGER).get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200


async def test_another_key_opens_nothing_and_a_new_address_ends_the_old_one(client: Any, cast: Cast) -> None:
    path = await address(client, "ben")
    other = await address(client, "fay")
    stem, _, key = path.rpartition("/")
    made_up = (stem + "/" + "A" * len(key), stem + "/" + other.rpartition("/")[2], stem + "/%F0%9F%98%80")
    for wrong in made_up:
        for who in (STRANGER, "ben"):
            assert (await client(who, browser=True).get(wrong)).status_code == 404, wrong
    own = stem.replace("/feeds", "/me")
    assert (await client("fay", browser=True).post(own + "/feed")).status_code == 404
    assert (await client("ben", browser=True).post(own + "/feed")).status_code == 303
    assert (await client(STRANGER).get(path)).status_code == 404
    page = (await client("ben", browser=True).get("/me/searches")).text
    assert key not in page
    assert await entries(client, page.split(f'href="{BASE}')[1].split('"')[0]) == []


@pytest.mark.parametrize("end", ("suspended", "deactivated", "deleted search"))
async def test_it_ends_with_its_owners_place(end: str, client: Any, cast: Cast) -> None:
    path = await address(client, "ben")
    await write(cast, "public", "Canaries sing.")
    if end == "deleted search":
        await sql("DELETE FROM saved_searches RETURNING id")
    else:
        await sql("UPDATE members SET status = $2 WHERE id = $1 RETURNING id", cast.members["ben"], end)
    assert (await client(STRANGER).get(path)).status_code == 404


async def test_programs_and_other_members_never_learn_the_address(client: Any, cast: Cast) -> None:
    path = await address(client, "ben")
    own = SEARCHES + "/" + path.split("/")[3]
    assert (await client("ben").get(own)).json()["feed"] is None, "a token's end would not end it"
    assert (await client("ben").post(own + "/feed-renewals")).status_code == 403
    await sql("UPDATE api_tokens SET group_ids = '{1}' WHERE member_id = $1 RETURNING id", cast.members["ben"])
    for restricted in (SEARCHES, own, path):
        assert (await client("ben").get(restricted)).status_code == 403


async def test_while_the_engine_is_away_readers_come_again_later(client: Any) -> None:
    path = await address(client, "ben")
    engine.install(Away())  # type: ignore[arg-type]
    answer = await client(STRANGER).get(path)
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
