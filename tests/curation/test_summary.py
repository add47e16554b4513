"""The summary of a thread: written by those who may, read by all who read the thread, never lost."""
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.curation.summary_text import with_links
from forum.directory import actor_of
from forum.jobs.drain import drain
from forum.kit.errors import Conflict
from forum.kit.transaction import connection
from forum.moderation.commands.undo_act import undo_act
from forum.searching.rebuild import rebuild
from tests.cast import Cast

pytestmark = pytest.mark.anyio


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def test_a_summary_stands_at_the_head_of_the_first_page_and_is_linked_from_the_others(client: Any, cast: Cast):
    path = f"/api/v1/threads/{cast.threads['public']}"
    written = await client("fay").put(path + "/summary", json={"body": "We **agree**, see #2.", "through": 1})
    assert written.status_code == 200, written.text
    doc = written.json()
    assert (doc["through"], doc["newer"], doc["first_newer"], doc["version"]) == (1, 1, 2, 1)
    assert f'<a href="/t/{cast.threads["public"]}#p2">#2</a>' in doc["html"]
    page = (await client("stranger", browser=True).get(f"/t/{cast.threads['public']}/thread")).text
    assert "<strong>agree</strong>" in page and "Covers the first post" in page and "1 new since" in page
    assert page.index('id="summary"') < page.index('id="p1"')
    assert "/summary/history" not in page  # of a visitor
    await sql("UPDATE threads SET last_number = 30 WHERE id = $1", cast.threads["public"])
    later = (await client("ben", browser=True).get(f"/t/{cast.threads['public']}/thread?page=2")).text
    assert "#summary" in later and "<strong>agree</strong>" not in later


async def test_whoever_writes_second_reads_both_texts(client: Any, cast: Cast):
    path = f"/api/v1/threads/{cast.threads['public']}/summary"
    first = await client("fay").put(path, json={"body": "Mine."})
    assert first.json()["through"] == 2
    unnamed = await client("ada").put(path, json={"body": "Yours."})
    assert unnamed.status_code == 428
    stale = await client("ada").put(path, json={"body": "Yours."}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["details"]) == (409, {"yours": "Yours.", "theirs": "Mine.", "version": 1})
    form = {"body": "Yours.", "version": "0", "through": "2"}
    refused = await client("ada", browser=True).post(f"/t/{cast.threads['public']}/summary", data=form)
    assert refused.status_code == 409 and "Mine." in refused.text and "Yours." in refused.text
    again = await client("ada").put(path, json={"body": "Yours."}, headers={"If-Match": first.headers["etag"]})
    assert (again.json()["version"], again.json()["by"]["username"]) == (2, "ada")
    history = (await client("ben").get(path + "/revisions")).json()["items"]
    assert [(each["version"], each["body"], each["by"]["username"]) for each in history] == [
        (2, "Yours.", "ada"),
        (1, "Mine.", "fay"),
    ]
    page = await client("ben", browser=True).get(f"/t/{cast.threads['public']}/summary/history")
    assert "<ins>Yours.</ins>" in page.text and "<del>Mine.</del>" in page.text


async def test_it_covers_posts_that_there_are(client: Any, cast: Cast):
    path = f"/api/v1/threads/{cast.threads['public']}/summary"
    beyond = await client("fay").put(path, json={"body": "Mine.", "through": 3})
    assert (beyond.status_code, beyond.json()["errors"][0]["field"]) == (422, "through")
    assert (await client("fay").put(path, json={"body": "", "through": 1})).status_code == 422
    form = {"body": "A long text.", "version": "0", "through": "99"}
    refused = await client("fay", browser=True).post(f"/t/{cast.threads['public']}/summary", data=form)
    assert refused.status_code == 422 and "A long text." in refused.text and 'id="through-fault"' in refused.text
    # Numbers whose posts went elsewhere, or are hidden, are no news.
    await client("fay").put(path, json={"body": "Mine.", "through": 1})
    await sql("UPDATE posts SET state = 'hidden' WHERE id = $1", cast.second["public"])
    doc = (await client("ben").get(path)).json()
    assert (doc["newer"], doc["first_newer"]) == (0, None)


async def test_whom_a_facilitator_named_writes_it_until_they_are_named_no_longer(client: Any, cast: Cast):
    path = f"/api/v1/threads/{cast.threads['closed']}/summary"
    editors = "/api/v1/groups/closed-group/editors/"
    assert (await client("ben").put(path, json={"body": "Mine."})).json()["code"] == "editors_only"
    assert (await client("fay").put(editors + "ben")).status_code == 204
    assert (await client("fay").put(editors + "ben")).status_code == 204  # once is enough
    assert (await client("ben").put(path, json={"body": "Mine."})).status_code == 200
    members = (await client("fay").get("/api/v1/groups/closed-group/members")).json()["items"]
    assert {each["username"] for each in members if each["editor"]} == {"ben"}
    page = (await client("fay", browser=True).get("/g/closed-group/members")).text
    assert "Editor no longer" in page and "Let them write summaries" in page
    assert (await client("fay").put(editors + "cem")).status_code == 404
    acts = await sql("SELECT array_agg(kind || ' ' || member_id) FROM acts")
    assert acts == [f"group.editor_named {cast.members['ben']}"]
    await client("fay", browser=True).post("/g/closed-group/editors/ben", data={"do": "end"})
    refused = await client("ben").put(path, json={"body": "More."}, headers={"If-Match": '"1"'})
    assert refused.json()["code"] == "editors_only"
    done = await sql("SELECT max(id) FROM acts")
    await _undo(cast, "fay", done)
    assert await sql("SELECT count(*) FROM memberships WHERE editor") == 1


async def _undo(cast: Cast, who: str, act: int) -> None:
    actor = await actor_of(cast.members[who])
    assert actor is not None
    await undo_act(actor, act)


async def test_a_removed_summary_can_be_brought_back(client: Any, cast: Cast):
    thread = cast.threads["public"]
    path = f"/api/v1/threads/{thread}/summary"
    await client("fay").put(path, json={"body": "Mine."})
    reason = {"reason": "It says the opposite."}
    assert (await client("ada", browser=True).get(f"/t/{thread}/summary/remove")).status_code == 200
    gone = await client("ada", browser=True).post(f"/t/{thread}/summary/remove", data=reason)
    assert gone.status_code == 303
    for who, there in (("ben", 404), ("fay", 200)):
        assert (await client(who).get(path)).status_code == 404
        assert (await client(who).get(path + "/revisions")).status_code == there
    assert "Mine." not in (await client("ben", browser=True).get(f"/t/{thread}/thread")).text
    act = await sql("SELECT max(id) FROM acts WHERE kind = 'thread.summary_removed' AND reason <> ''")
    await _undo(cast, "fay", act)
    assert (await client("ben").get(path)).json()["body"] == "Mine."
    with pytest.raises(Conflict, match="undone_already"):
        await _undo(cast, "fay", act)
    await client("fay").delete(path)
    await client("fay").put(path, json={"body": "Anew."})
    with pytest.raises(Conflict, match="moved_on"):
        await _undo(cast, "fay", await sql("SELECT max(id) FROM acts"))
    assert [each["body"] for each in (await client("ben").get(path + "/revisions")).json()["items"]] == [
        "Anew.",
        "Mine.",
    ]


async def test_its_words_are_found(client: Any, cast: Cast):
    path = f"/api/v1/threads/{cast.threads['public']}/summary"
    await rebuild()
    await client("fay").put(path, json={"body": "Quokkas are welcome."})
    await drain()
    assert len((await client("stranger").get("/api/v1/search?q=quokkas")).json()["items"]) == 1
    await client("fay").delete(path)
    await drain()
    assert (await client("stranger").get("/api/v1/search?q=quokkas")).json()["items"] == []


@pytest.mark.parametrize(
    ("html", "linked"),
    [
        ("<p>see #3</p>", '<p>see <a href="/t/7#p3">#3</a></p>'),
        ("<p>#26, #x #0</p>", '<p><a href="/t/7?page=2#p26">#26</a>, #x #0</p>'),
        ('<a href="https://x.test/#3">a #3</a> #4', '<a href="https://x.test/#3">a #3</a> <a href="/t/7#p4">#4</a>'),
        ("<pre><code>#3</code></pre>#3", '<pre><code>#3</code></pre><a href="/t/7#p3">#3</a>'),
        ("<p>a#3 &#39; &amp;#3</p>", "<p>a#3 &#39; &amp;#3</p>"),
    ],
)
def test_numbers_lead_to_posts(html: str, linked: str) -> None:
    assert with_links(html, 7) == linked


@given(st.text(alphabet="<>/aprecod#12 &;\"'="))
def test_linking_adds_links_and_nothing_else(html: str) -> None:
    assert re.sub(r'<a href="/t/7[^>]*>(#[0-9]+)</a>', r"\1", with_links(html, 7)) == html
