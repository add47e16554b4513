"""Initiatives through their pages: drafted, led, launched, supported and answered by forms alone."""
import re
from collections.abc import Callable
from typing import Any

import pytest

from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client, counting

pytestmark = pytest.mark.anyio

As = Callable[..., Client]
TEXT = {"title": "A shared looking glass", "aim": "One **page**.", "why": "Each debugs alone.", "ask": "A feed each."}
NEW = "/g/public-group/initiatives/new"


async def send(reader: Client, path: str, **fields: Any) -> Any:
    return await reader.post(path, data=fields)


async def look(reader: Client, path: str) -> str:
    """The page that a short address leads to; the client forgets its cookie on the way if it follows by itself."""
    answer = await reader.get(path)
    while answer.status_code == 303:
        answer = await reader.get(answer.headers["location"])
    assert answer.status_code == 200
    return answer.text


async def test_from_the_draft_to_the_answer(client: As, cast: Cast) -> None:
    ben, fay, cem = (client(name, browser=True) for name in ("ben", "fay", "cem"))
    row = {"milestones.0.title": "A first feed", "milestones.0.due_on": "2030-05-01"}
    made = await send(ben, NEW, **TEXT, **row, co_leads="@fay", languages=["en", "fr"])
    assert made.status_code == 303, made.text
    path = made.headers["location"].partition("?")[0]
    page = await look(ben, path)
    assert "This is a draft" in page and "A first feed" in page and "1 May 2030" in page
    assert "Launch it" not in page and "Somebody has to lead it with you" in page
    assert "Go on without the thread" not in page
    assert (await cem.get(path)).status_code == 404

    assert "Would you lead this initiative?" in await look(fay, path)
    assert (await send(fay, path + "/leads/answer", do="perhaps")).status_code == 422
    assert (await send(fay, path + "/leads/answer", do="agree")).status_code == 303
    assert "Launch it" in await look(ben, path)
    assert (await send(ben, path + "/launch")).status_code == 303

    async with connection() as sql:
        await sql.execute("UPDATE initiatives SET goal = 2 WHERE id = $1", int(path.rpartition("/")[2]))
    stranger = await look(client("stranger", browser=True), path)
    assert "0 of 2 co-sponsors" in stranger and "Sign in to support it" in stranger and "Answer</a>" not in stranger
    for name in ("cem", "ada"):
        assert (await send(client(name, browser=True), path + "/cosponsor")).status_code == 303
    assert (await send(cem, path + "/cosponsor/end")).status_code == 403
    page = await look(cem, path)
    assert "2 of 2 co-sponsors" in page and "Your name stands on it" in page and "Take it back" not in page

    refused = await send(fay, path + "/answer", body="With pleasure.")
    assert refused.status_code == 422 and "With pleasure." in refused.text
    assert (await send(fay, path + "/answer", kind="accepted", body="With *pleasure*.")).status_code == 303
    assert "<em>pleasure</em>" in await look(cem, path)


async def test_what_is_refused_comes_back_filled(client: As, cast: Cast) -> None:
    ben = client("ben", browser=True)
    rows = {"milestones.1.title": "Kept", "milestones.3.due_on": "2030-05-01"}
    answer = await send(ben, NEW, **TEXT, **rows, co_leads="nobody", languages=["en", "mt"])
    assert answer.status_code == 422
    assert 'id="milestones.1.title-fault"' in answer.text and 'value="Kept"' in answer.text
    answer = await send(ben, NEW, **TEXT, co_leads="fay, nobody", languages=["en", "mt"])
    assert 'id="co_leads-fault"' in answer.text and 'value="fay, nobody"' in answer.text
    assert 'value="mt" checked' in answer.text and "Each debugs alone." in answer.text
    answer = await send(ben, NEW, **TEXT, **{"milestones.0.title": "A", "milestones.0.due_on": "soon"})
    assert 'id="milestones.0.due_on-fault"' in answer.text
    answer = await send(ben, NEW, **TEXT | {"title": "x" * 3000})
    assert 'id="title-fault"' in answer.text


async def test_preview_keeps_everything_and_saves_nothing(client: As, cast: Cast) -> None:
    rows = {f"milestones.{n}.title": f"Step {n}" for n in range(4)}
    shown = (await send(client("ben", browser=True), NEW.replace("new", "preview"), **TEXT, **rows)).text
    assert "<strong>page</strong>" in shown and 'value="Step 3"' in shown and 'name="milestones.4.title"' in shown
    async with connection() as sql:
        assert await sql.fetchval("SELECT count(*) FROM initiatives") == 0


async def test_what_resembles_it_is_shown(client: As, cast: Cast) -> None:
    thread = cast.threads["public"]
    initiative = await make(cast.groups["public"], cast.members["fay"], "gathering", thread_id=thread)
    await rebuild()
    ben = client("ben", browser=True)
    shown = (await send(ben, NEW.replace("new", "preview"), **TEXT | {"title": "Thread in a public group"})).text
    assert f'href="/i/{initiative}"' in shown and ">Initiative</b>" in shown
    listed = await ben.get("/similar?title=Thread+in+a+public+group")
    assert f'href="/i/{initiative}"' in listed.text


async def test_a_launch_that_lacks_something_says_where(client: As, cast: Cast) -> None:
    group, ben = cast.groups["public"], cast.members["ben"]
    draft = await make(group, ben, "draft", co_leads=[cast.members["fay"]])
    async with connection() as sql:
        await sql.execute("UPDATE initiatives SET why = '', why_html = '' WHERE id = $1", draft)
    answer = await send(client("ben", browser=True), f"/i/{draft}/launch")
    assert answer.status_code == 422
    assert 'id="why-fault"' in answer.text and "The aim." in answer.text


async def test_two_who_edit(client: As, cast: Cast) -> None:
    draft = await make(cast.groups["public"], cast.members["ben"], "draft", co_leads=[cast.members["fay"]])
    assert (await send(client("ben", browser=True), f"/i/{draft}/edit", **TEXT, version="1")).status_code == 303
    second = await send(client("fay", browser=True), f"/i/{draft}/edit", **TEXT | {"aim": "Mine."}, version="1")
    assert second.status_code == 409
    assert "Mine." in second.text and "Each debugs alone." in second.text and 'name="version" value="2"' in second.text
    page = await client("fay", browser=True).get(f"/i/{draft}/edit")
    assert page.status_code == 200 and "One **page**." in page.text


async def test_a_thread_becomes_an_initiative_with_its_author_s_consent(client: As, cast: Cast) -> None:
    fay, ben, thread = client("fay", browser=True), client("ben", browser=True), cast.threads["public"]
    assert f"/g/public-group/initiatives/new?thread={thread}" in (await fay.get(f"/t/{thread}/thread")).text
    asked = (await fay.get(f"{NEW}?thread={thread}")).text
    assert "who began it, is asked" in asked and f'name="thread" value="{thread}"' in asked
    made = await send(fay, NEW, **TEXT, thread=str(thread))
    path = made.headers["location"].partition("?")[0]
    assert "Go on without the thread" in await look(fay, path)
    assert "May your thread become its discussion?" in await look(ben, path)
    assert (await send(ben, path + "/consent", do="agree")).status_code == 303


async def test_addresses_lead_to_the_right_one(client: As, cast: Cast) -> None:
    initiative = await make(cast.groups["public"], cast.members["ben"], "gathering")
    reader = client("stranger", browser=True)
    for wrong in (f"/i/{initiative}", f"/i/{initiative}/something"):
        assert (await reader.get(wrong)).headers["location"] == f"/i/{initiative}/an-initiative"


async def test_the_page_is_one_statement(client: As, cast: Cast) -> None:
    people = cast.members
    initiative = await make(
        cast.groups["public"], people["ben"], "active", cosponsors=[people["cem"]], answer=("needs_work", people["fay"])
    )
    for name in ("stranger", "ben", "fay"):
        found: list[str] = []
        reader = client(name, browser=True)
        with counting(found):
            assert (await reader.get(f"/i/{initiative}/an-initiative")).status_code == 200
        assert len(found) == 2, found  # who asks, and PAGE


async def test_whoever_was_asked_is_nobody_else_s_business(client: As, cast: Cast) -> None:
    people = cast.members
    initiative = await make(cast.groups["public"], people["ben"], "gathering", asked=[people["sol"]])
    for name, known in (("ben", True), ("sol", True), ("fay", False), ("stranger", False)):
        leads = (await client(name).get(f"/api/v1/initiatives/{initiative}")).json()["leads"]
        assert ("sol" in [lead["username"] for lead in leads]) is known, name
        assert (">Sol<" in await look(client(name, browser=True), f"/i/{initiative}")) is known, name


async def test_only_its_leads_are_offered_its_work(client: As, cast: Cast) -> None:
    people = cast.members
    initiative = await make(cast.groups["public"], people["ben"], "active", answer=("accepted", people["fay"]))
    path = f"/i/{initiative}/an-initiative"
    deeds = ("/steps", "/updates", "/leads", "/space", "/report", "/withdraw")
    for name in ("stranger", "cem", "fay", "adi"):
        page = await look(client(name, browser=True), path)
        assert not [deed for deed in deeds if f'href="/i/{initiative}{deed}"' in page], name
    page = await look(client("ben", browser=True), path)
    assert [deed for deed in deeds if f'href="/i/{initiative}{deed}"' in page] == list(deeds)


async def test_a_thread_s_head_shows_its_initiative(client: As, cast: Cast) -> None:
    initiative = await make(
        cast.groups["public"], cast.members["ben"], "gathering", title="Now or never", thread_id=cast.threads["public"]
    )
    page = (await client("stranger", browser=True).get(f"/t/{cast.threads['public']}/thread")).text
    assert re.search(rf'href="/i/{initiative}/an-initiative"[^>]*>Now or never', page)
    assert "0 of 10 co-sponsors" in page
