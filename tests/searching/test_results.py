"""What `/api/v1/search` answers: a page, the way to the next, counts, and nothing that may not be read."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest

from forum.searching.engine import install
from forum.searching.rebuild import rebuild
from tests.cast import STRANGER, Cast
from tests.searching.planting import Away, posts, run, threads
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
As = Callable[..., Client]

HIDE = "UPDATE posts SET state = 'hidden' WHERE thread_id = ANY($1::bigint[])"


async def ask(reader: Client, path: str) -> dict[str, Any]:
    answer = await reader.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def walk(reader: Client, path: str) -> list[dict[str, Any]]:
    """The items of all pages."""
    found: list[dict[str, Any]] = []
    asked: str | None = path
    while asked is not None:
        page = await ask(reader, asked)
        assert page["items"], asked
        found += page["items"]
        asked = page["next"]
    return found


async def test_a_hit(client: As, cast: Cast) -> None:
    (thread,) = await threads(cast, 1, "Before it <b>marmalade</b> & after it")
    await rebuild()
    (hit,) = (await ask(client(STRANGER), "/api/v1/search?q=marmalade"))["items"]
    assert hit["thread"]["id"] == thread and hit["thread"]["group"]["slug"] == "public-group"
    (start, end), *_ = hit["marks"]
    assert hit["snippet"][start:end] == "marmalade"


@pytest.mark.parametrize("order", ["", "+sort:new"])
async def test_pages_lead_to_the_end(client: As, cast: Cast, order: str) -> None:
    made = await threads(cast, 23, "marmalade")
    await rebuild()
    found = await walk(client(STRANGER), f"/api/v1/search?q=marmalade{order}&limit=5")
    ids = [hit["thread"]["id"] for hit in found]
    assert sorted(ids) == made
    assert not order or ids == sorted(made, reverse=True)


async def test_by_rank_the_thousandth_hit_is_the_last(client: As, cast: Cast) -> None:
    await threads(cast, 1_030, "marmalade")
    await rebuild()
    found = await walk(client(STRANGER), "/api/v1/search?q=marmalade&limit=100")
    assert len(found) == len({hit["thread"]["id"] for hit in found}) == 1_000
    by_date = await walk(client(STRANGER), "/api/v1/search?q=marmalade+sort:new&limit=100")
    assert len(by_date) == 1_030
    counted = await ask(client(STRANGER), "/api/v1/search?q=marmalade&facets=true")
    assert counted["total"] == {"count": 1_000, "more": True}


@pytest.mark.parametrize("asked", ["from:fay", "kind:discussion", "from:fay ?!", "-jam", "-jam from:fay"])
async def test_filters_alone_lead_to_the_end_as_well(client: As, cast: Cast, asked: str) -> None:
    """Many posts of few threads; newest first, for there is nothing to rank by."""
    (thread,) = await threads(cast, 1, "plums")
    await posts(cast, 12, "plums", thread)
    await rebuild()
    found = await walk(client(STRANGER), f"/api/v1/search?q={quote_plus(asked)}&limit=3")
    ids = [hit["post"]["id"] for hit in found]
    assert len(ids) == len(set(ids)) > 0
    dates = [hit["post"]["created_at"] for hit in found]
    assert "?" in asked or dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("order", ["", "+sort:new"])
async def test_what_may_no_longer_be_read_leaves_no_gap(client: As, cast: Cast, order: str) -> None:
    made = await threads(cast, 40, "marmalade")
    await rebuild()
    await run(HIDE, made[3:33])
    found = await walk(client(STRANGER), f"/api/v1/search?q=marmalade{order}&limit=4")
    assert sorted(hit["thread"]["id"] for hit in found) == made[:3] + made[33:]
    first = await ask(client(STRANGER), f"/api/v1/search?q=marmalade{order}&limit=10")
    assert len(first["items"]) == 10 and first["next"] is None


async def test_a_page_goes_on_where_the_last_one_ended(client: As, cast: Cast) -> None:
    """Whatever has come in front of it meanwhile."""
    await threads(cast, 8, "marmalade")
    await rebuild()
    reader = client(STRANGER)
    first = await ask(reader, "/api/v1/search?q=marmalade&limit=4")
    await threads(cast, 3, "marmalade marmalade marmalade")
    await rebuild()
    rest = await walk(reader, first["next"])
    seen = [hit["thread"]["id"] for hit in (*first["items"], *rest)]
    assert len(seen) == len(set(seen)) == 8


async def test_a_cursor_of_the_other_order_is_refused(client: As, cast: Cast) -> None:
    for address in ("q=post&after=77", "q=post+sort:new&after=2-7", "q=post&after=x", "q=post&limit=101"):
        assert (await client(STRANGER).get("/api/v1/search?" + address)).status_code == 422, address
    far = await client(STRANGER).get("/api/v1/search?q=post&after=9999999999999999-9223372036854775807")
    assert far.status_code == 200 and far.json()["items"] == []


async def test_facets_count_what_may_be_read(client: As, cast: Cast) -> None:
    made = await threads(cast, 12, "marmalade")
    await threads(cast, 5, "marmalade", kind="closed", author="fay")
    await rebuild()
    address = "/api/v1/search?q=marmalade&facets=true&limit=2"
    open_to_all = await ask(client(STRANGER), address)
    assert open_to_all["total"] == {"count": 12, "more": False}
    facets = open_to_all["facets"]
    counts = {kind: {each["value"]: each["count"] for each in values} for kind, values in facets.items()}
    assert counts["group"] == {"public-group": 12} and counts["author"] == {"ben": 12}
    assert counts["language"] == {"en": 8, "fr": 4} and counts["kind"] == {"discussion": 9, "question": 3}
    assert sum(counts["year"].values()) == 12
    inside = await ask(client("ben"), address)
    assert {each["value"]: each["count"] for each in inside["facets"]["group"]} == {
        "public-group": 12, "closed-group": 5,
    }  # fmt: skip
    for values in facets.values():
        for each in values:
            narrowed = await client(STRANGER).get(
                "/api/v1/search", params={"q": each["q"], "facets": True, "limit": 1}
            )
            assert narrowed.json()["total"]["count"] == each["count"], each
    await run(HIDE, made)
    assert (await ask(client(STRANGER), address))["total"] == {"count": 0, "more": False}
    assert (await ask(client(STRANGER), "/api/v1/search?q=marmalade"))["facets"] is None


async def test_a_later_page_counts_the_same(client: As, cast: Cast) -> None:
    await threads(cast, 9, "marmalade")
    await rebuild()
    for order in ("", "+sort:new"):
        first = await ask(client(STRANGER), f"/api/v1/search?q=marmalade{order}&limit=4&facets=true")
        second = await ask(client(STRANGER), first["next"])
        assert second["total"] == first["total"] == {"count": 9, "more": False}
        assert second["facets"] == first["facets"]


async def test_inside_a_thread_each_post_counts(client: As, cast: Cast) -> None:
    thread = cast.threads["closed"]
    made = await posts(cast, 7, "marmalade", thread)
    await rebuild()
    found = await walk(client("ben"), f"/api/v1/search?q=marmalade&thread={thread}&limit=3")
    assert sorted(hit["post"]["id"] for hit in found) == made
    assert len((await ask(client("ben"), "/api/v1/search?q=marmalade"))["items"]) == 1
    for who, status in ((STRANGER, 401), ("cem", 403)):
        assert (await client(who).get(f"/api/v1/search?q=marmalade&thread={thread}")).status_code == status
    assert (await client("cem").get("/api/v1/search?q=marmalade&thread=987654")).status_code == 404


async def test_what_was_understood_is_told(client: As, cast: Cast) -> None:
    found = await ask(client(STRANGER), "/api/v1/search?q=post+from:ben+lang:en")
    assert found["filters"] == [
        {"name": "from", "value": "ben", "rest": "post lang:en"},
        {"name": "lang", "value": "en", "rest": "post from:ben"},
    ]


async def test_while_the_engine_is_away_titles_are_searched(client: As, cast: Cast) -> None:
    install(Away())  # type: ignore[arg-type]
    found = await ask(client(STRANGER), "/api/v1/search?q=thread+public+sort:new&facets=true")
    assert found["degraded"] and found["total"] is None and found["next"] is None
    assert [hit["thread"]["id"] for hit in found["items"]] == [cast.threads["public"]]
    assert not (await ask(client(STRANGER), "/api/v1/search?q=%25"))["items"]
