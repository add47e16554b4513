"""Forms: sent once, refused at the field, and never a text lost."""

import re
from collections.abc import Callable

import httpx2
import pytest

from tests.cast import Cast
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
Clients = Callable[..., Client]
FORM_ID = re.compile(r'id="composer">\s*<input type="hidden" name="form_id" value="([^"]+)"')


@pytest.fixture
def thread(cast: Cast) -> str:
    return f"/t/{cast.threads['public']}"


async def form_id(reader: Client, thread: str) -> str:
    found = FORM_ID.search((await reader.get(thread + "/thread")).text)
    assert found
    return found.group(1)


async def send(reader: Client, path: str, **fields: str) -> httpx2.Response:
    return await reader.post(path, data=fields)


async def test_a_form_sent_twice_is_done_once(client: Clients, thread: str) -> None:
    ben = client("ben", browser=True)
    number = await form_id(ben, thread)
    first = await send(ben, thread + "/reply", form_id=number, body="Once.")
    second = await send(ben, thread + "/reply", form_id=number, body="Once.")
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert (await ben.get(thread + "/thread")).text.count('<p dir="auto">Once.</p>') == 1


async def test_another_text_in_a_used_form_comes_back_with_a_fresh_number(client: Clients, thread: str) -> None:
    ben = client("ben", browser=True)
    number = await form_id(ben, thread)
    await send(ben, thread + "/reply", form_id=number, body="Once.")
    again = await send(ben, thread + "/reply", form_id=number, body="Something else.")
    assert again.status_code == 422
    assert "already sent once" in again.text and "Something else." in again.text
    fresh = FORM_ID.search(again.text)
    assert fresh and fresh.group(1) != number
    assert (await send(ben, thread + "/reply", form_id=fresh.group(1), body="Something else.")).status_code == 303


async def test_a_number_that_somebody_made_up_does_not_count(client: Clients, thread: str) -> None:
    fays = await form_id(client("fay", browser=True), thread)
    bens = await form_id(client("ben", browser=True), thread)
    for number in ("made-up", fays, "é", "A" * 500, bens + "!" * 500, bens[:4] + "!" + bens[4:]):
        answer = await send(client("ben", browser=True), thread + "/reply", form_id=number, body="Kept.")
        assert answer.status_code == 422 and "Kept." in answer.text


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 32_001])
async def test_a_refused_reply_says_so_at_its_field(client: Clients, thread: str, body: str) -> None:
    answer = await send(client("ben", browser=True), thread + "/reply", body=body)
    assert answer.status_code == 422
    assert 'id="body-fault"' in answer.text and 'aria-describedby="body-fault"' in answer.text
    assert body.strip() in answer.text


@pytest.mark.parametrize("body", ["a%00b", "a%ED%A0%80b", "%FF%FE"])
async def test_what_cannot_be_stored_is_refused_by_name(client: Clients, thread: str, body: str) -> None:
    ben = client("ben", browser=True)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await ben.post(thread + "/reply", content="body=before+" + body, headers=kind)
    assert answer.status_code == 422
    assert "before" in answer.text and 'id="body-fault"' in answer.text


async def test_multipart_is_a_form_as_well(client: Clients, thread: str) -> None:
    ben = client("ben", browser=True)
    answer = await ben.post(thread + "/reply", files={"body": (None, "From a multipart form.")})
    assert answer.status_code == 303


async def test_unreadable_forms_are_refused_early(client: Clients, thread: str) -> None:
    ben = client("ben", browser=True)
    many = "&".join(f"a{n}=1" for n in range(300))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await ben.post(thread + "/reply", content=many, headers=kind)).status_code == 400
    assert (await ben.post(thread + "/reply", content="a" * 1_100_000, headers=kind)).status_code == 413
    assert (await ben.post(thread + "/reply", json={"body": "x"})).status_code == 415
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await ben.post(thread + "/reply", content="--nonsense", headers=broken)).status_code in (400, 422)


async def test_a_visitors_text_is_kept(client: Clients, thread: str) -> None:
    answer = await send(client("stranger", browser=True), thread + "/reply", body="My <b>text</b>.")
    assert answer.status_code == 401
    assert "My &lt;b&gt;text&lt;/b&gt;." in answer.text
    assert "/sign-in" in answer.text


async def test_a_refused_members_text_is_kept(client: Clients, thread: str) -> None:
    answer = await send(client("sol", browser=True), thread + "/reply", body="Unheard words.")
    assert answer.status_code == 403
    assert "Unheard words." in answer.text and "for now" in answer.text


async def test_an_edit_of_an_old_version_shows_both_texts(client: Clients, cast: Cast) -> None:
    ben, post = client("ben", browser=True), f"/p/{cast.first['public']}"
    assert (await send(ben, post + "/edit", body="Theirs.", version="1")).status_code == 303
    stale = await send(ben, post + "/edit", body="Mine.", version="1")
    assert stale.status_code == 409
    assert "Theirs." in stale.text and "Mine." in stale.text
    assert 'name="version" value="2"' in stale.text
    assert (await send(ben, post + "/edit", body="Mine.", version="2")).status_code == 303
    history = (await ben.get(post + "/history")).text
    assert "<del>Theirs.</del>" in history and "<ins>Mine.</ins>" in history


async def test_preview_and_draft_keep_the_text(client: Clients, thread: str, cast: Cast) -> None:
    ben = client("ben", browser=True)
    shown = await send(ben, "/preview", thread=thread[3:], body="Some *stress*.")
    assert "<em>stress</em>" in shown.text and "Some *stress*." in shown.text
    kept = await send(ben, "/drafts", thread=thread[3:], body="Not yet.")
    assert kept.headers["location"] == "/me/drafts?said=draft"
    drafts = (await ben.get("/me/drafts")).text
    link = re.search(r"/me/drafts/\d+", drafts)
    assert link
    composer = (await ben.get(link.group())).text
    fields = dict(re.findall(r'type="hidden" name="(draft\w*)" value="(\d+)"', composer))
    assert (await send(ben, thread + "/reply", body="Not yet.", **fields)).status_code == 303
    assert "Not yet." not in (await ben.get("/me/drafts")).text


async def test_a_draft_waits_in_the_reply_box(client: Clients, thread: str, cast: Cast) -> None:
    ben, place = client("ben", browser=True), {"thread": thread[3:], "in_reply_to": str(cast.second["public"])}
    await send(ben, "/drafts", body="Half a *thought*.", **place)
    shown = (await ben.get(thread + "/thread")).text
    assert "Half a *thought*.</textarea>" in shown and "In reply to #2" in shown and "Discard it" in shown
    fields = dict(re.findall(r'type="hidden" name="(draft\w*|in_reply_to|thread)" value="(\d+)"', shown))
    assert fields["in_reply_to"] == place["in_reply_to"]
    for reader in ("fay", "stranger"):
        assert "Half a" not in (await client(reader, browser=True).get(thread + "/thread")).text
    await send(ben, "/drafts", body="A thought.", **fields)
    shown = (await ben.get(thread + "/thread")).text
    assert "A thought.</textarea>" in shown and 'name="draft_version" value="2"' in shown
    assert (await ben.get("/me/drafts")).text.count("/delete") == 1
    sent = await send(ben, thread + "/reply", body="A whole thought.", **fields)
    assert sent.status_code == 303
    assert "/delete" not in (await ben.get("/me/drafts")).text
    assert "Discard it" not in (await ben.get(thread + "/thread")).text


async def test_a_draft_is_discarded_where_it_stands(client: Clients, thread: str) -> None:
    ben, fay = client("ben", browser=True), client("fay", browser=True)
    await send(ben, "/drafts", body="Never mind.", thread=thread[3:])
    shown = (await ben.get(thread + "/thread")).text
    found = re.search(r'formaction="(/me/drafts/\d+/delete)" formnovalidate name="back" value="([^"]+)"', shown)
    assert found
    fields = {"thread": thread[3:], "back": found.group(2), "body": "Never mind."}
    assert (await send(fay, found.group(1), **fields)).status_code == 404
    # A reply of somebody else's leaves it where it is, even if it names it.
    await send(fay, thread + "/reply", body="Mine.", draft=found.group(1).split("/")[3])
    assert "Never mind." in (await ben.get(thread + "/thread")).text
    gone = await send(ben, found.group(1), **fields)
    assert gone.headers["location"] == thread + "/thread?page=1&said=draft_gone"
    assert "Never mind." not in (await ben.get(thread + "/thread")).text


async def test_buttons_of_a_post_lead_back_to_it(client: Clients, cast: Cast, thread: str) -> None:
    ben, post = client("ben", browser=True), f"/p/{cast.second['public']}"
    back = thread + "/thread"
    given = await send(ben, post + "/react?at=2", give="thanks", back=back)
    assert given.headers["location"] == back + "#p2"
    assert 'aria-pressed="true"' in (await ben.get(back)).text
    assert (await send(ben, post + "/react?at=2", take="thanks", back=back)).status_code == 303
    assert (await send(ben, post + "/react", give="applause")).status_code == 422
    outside = await send(ben, post + "/bookmark", do="keep", back="https://evil.example/t/1")
    assert outside.headers["location"].startswith(thread)
    accepted = await send(ben, thread + "/answer?at=2", post=post[3:], back=back)
    assert accepted.status_code == 303
    assert "Accepted answer" in (await ben.get(back)).text


async def test_appearance_is_a_cookie_of_this_browser(client: Clients) -> None:
    reader = client("stranger", browser=True)
    saved = await send(reader, "/appearance", theme="dark", next="//evil.example")
    assert saved.headers["location"] == "/"
    shown = await reader.get("/about", headers={"Cookie": "theme=dark; keys=off"})
    assert 'data-theme="dark" data-keys="off"' in shown.text
