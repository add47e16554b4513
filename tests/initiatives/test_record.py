"""The record of an initiative, its card for other sites, and the feed of all of them."""
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from forum.kit.transaction import connection
from forum.web.atom import ATOM
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client, counting

pytestmark = pytest.mark.anyio

As = Callable[..., Client]
REPORT = """
    INSERT INTO closing_reports (initiative_id, body, html, renderer, numbers, written_by_id)
    VALUES ($1, 'It runs.', '<p>It runs.</p>', 1, '[{"what": "Feeds", "value": "12"}]', $2)
"""


async def sql(statement: str, *values: Any) -> None:
    async with connection() as raw:
        await raw.execute(statement, *values)


@pytest.fixture
async def done(cast: Cast) -> int:
    """Ben's, completed; Ada is from Malta, Cem from Malta but says so to nobody, Ben and Sol are in no country."""
    people = cast.members
    initiative = await make(
        cast.groups["public"],
        people["ben"],
        "completed",
        cosponsors=[people["cem"], people["ada"], people["sol"]],
        answer=("accepted", people["fay"]),
    )
    await sql(REPORT, initiative, people["ben"])
    await sql("UPDATE members SET country = 'MT', sector = 'media' WHERE id = ANY($1)", [people["ada"], people["cem"]])
    await sql("UPDATE members SET audiences = '{\"country\": \"me\"}' WHERE id = $1", people["cem"])
    return initiative


async def test_who_carries_it_is_counted_as_profiles_show_it(client: As, done: int) -> None:
    found = (await client("ben").get(f"/api/v1/initiatives/{done}/record")).json()
    assert found["countries"] == [{"what": "MT", "count": 1}, {"what": None, "count": 3}]
    assert found["sectors"] == [{"what": "media", "count": 2}, {"what": None, "count": 2}]
    assert found["initiative"]["report"]["numbers"] == [{"what": "Feeds", "value": "12"}]
    page = (await client("ben", browser=True).get(f"/i/{done}/record")).text
    assert "Malta" in page and "Media" in page and "Not said" in page and "It runs." in page and "Accepted" in page


async def test_visitors_learn_nothing_about_people(client: As, done: int) -> None:
    found = (await client("stranger").get(f"/api/v1/initiatives/{done}/record")).json()
    assert (found["countries"], found["sectors"]) == ([], [])
    page = (await client("stranger", browser=True).get(f"/i/{done}/record")).text
    assert "Malta" not in page and "It runs." in page


async def test_the_record_is_one_statement_and_a_draft_has_none(client: As, done: int, cast: Cast) -> None:
    found: list[str] = []
    with counting(found):
        assert (await client("ben", browser=True).get(f"/i/{done}/record")).status_code == 200
    assert len(found) == 2, found
    draft = await make(cast.groups["public"], cast.members["ben"], "draft")
    for path in (f"/i/{draft}/record", f"/i/{draft}/card"):
        assert (await client("ben", browser=True).get(path)).status_code == 404


async def test_the_card_may_stand_anywhere(client: As, done: int) -> None:
    for name in ("stranger", "ben"):
        card = await client(name, browser=True).get(f"/i/{done}/card?lang=en-XA")
        assert card.status_code == 200 and 'lang="en-XA"' in card.text
        assert "frame-ancestors *" in card.headers["content-security-policy"]
        assert "x-frame-options" not in card.headers and "set-cookie" not in card.headers
        assert "<script" not in card.text and "form_id" not in card.text
    page = await client("ben", browser=True).get(f"/i/{done}/an-initiative")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert f"/i/{done}/card?lang=en" in page.text


async def test_nothing_but_public_ones_has_a_card(client: As, cast: Cast) -> None:
    for kind in ("members", "closed", "hidden"):
        initiative = await make(cast.groups[kind], cast.members["ben"], "gathering")
        for name in ("ben", "stranger"):
            assert (await client(name, browser=True).get(f"/i/{initiative}/card")).status_code == 404
        assert "/card" not in (await client("ben", browser=True).get(f"/i/{initiative}/an-initiative")).text


async def test_the_feed_tells_of_what_is_public(client: As, done: int, cast: Cast) -> None:
    await make(cast.groups["closed"], cast.members["ben"], "gathering", title="Shut")
    await make(cast.groups["public"], cast.members["ben"], "draft", title="A draft")
    reader = client("ben", browser=True)
    answer = await reader.get("/feeds/initiatives")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    entries = ElementTree.fromstring(answer.text).findall("a:entry", {"a": ATOM})
    assert [entry.findtext("a:title", None, {"a": ATOM}) for entry in entries] == ["An initiative"]
    assert "The aim." in answer.text and f"/i/{done}</id>" in answer.text
    again = await reader.get("/feeds/initiatives", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    for query in ("?group=closed-group", "?language=ar"):
        assert "<entry" not in (await reader.get("/feeds/initiatives" + query)).text
    assert "<entry" in (await reader.get("/feeds/initiatives?group=public-group&language=en")).text
