"""Polls as people meet them, by forms alone: asked, voted on, closed, decided."""
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.cast import STRANGER, Cast
from tests.polls.conftest import later, sql
from tests.support.clients import Client, counting
from tests.web.pages import Page, Speaking, unmarked

pytestmark = pytest.mark.anyio
Clients = Callable[..., Client]
Doc = dict[str, Any]

OPTIONS = {"options": "Tea\n\n Coffee \nWater"}
FIRST, SECOND = {"on0": "2027-03-27", "at0": "14:30"}, {"on3": "2027-03-28", "at3": "03:30"}
MOMENTS = {"zone": "Europe/Berlin", "minutes": "90", **FIRST, **SECOND}
KINDS: dict[str, dict[str, str]] = {
    "single": OPTIONS,
    "multiple": OPTIONS | {"most_choices": "2"},
    "score": OPTIONS | {"score_max": "5"},
    "ranked": OPTIONS | {"method": "instant_runoff"},
    "proposal": {"block_needs_reason": "1"},
    "time": MOMENTS,
}


def tomorrow() -> dict[str, str]:
    return {"closes_on": later(days=1)[:10], "closes_time": "18:00"}


@pytest.fixture
def thread(cast: Cast) -> str:
    return f"/t/{cast.threads['public']}"


async def seen(reader: Client, poll: Doc) -> str:
    """The poll where its address leads."""
    return await led(reader, f"/polls/{poll['id']}")


async def led(reader: Client, address: str) -> str:
    """Redirections followed with the reader's cookie."""
    answer = await reader.get(address)
    while answer.is_redirect:
        answer = await reader.get(answer.headers["location"])
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def vote_of(poll: Doc, *marks: int) -> dict[str, Any]:
    """The fields of a ballot, by the options' places: one of 1 is chosen, others have their number."""
    if poll["kind"] in ("single", "multiple", "proposal"):
        return {"choice": [str(poll["options"][place]["id"]) for place, mark in enumerate(marks) if mark]}
    return {f"m{poll['options'][place]['id']}": str(mark) for place, mark in enumerate(marks)}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_has_its_form_and_is_asked_in_a_post(client: Clients, thread: str, kind: str) -> None:
    ben = client("ben", browser=True)
    assert f"/poll?kind={kind}" in (await ben.get(thread + "/poll")).text
    assert (await ben.get(f"{thread}/poll?kind={kind}")).status_code == 200
    fields = {"kind": kind, "question": "What suits us?", "body": "We must know *today*.", **tomorrow(), **KINDS[kind]}
    answer = await ben.post(thread + "/poll", data=fields)
    assert answer.status_code == 303, answer.text
    shown = await led(ben, answer.headers["location"])
    assert "What suits us?" in shown and "We must know <em>today</em>." in shown
    assert 'action="/polls/' in shown
    row = await sql("SELECT row_to_json(p)::text FROM polls p")
    assert f'"kind":"{kind}"' in row


async def test_what_is_refused_comes_back_filled(client: Clients, thread: str) -> None:
    ben = client("ben", browser=True)
    fields = {"kind": "single", "question": "x", "body": "A long thought.", "options": "Tea", **tomorrow()}
    for wrong, place in (
        ({}, "question"),
        ({"question": "Which?"}, "options"),
        ({"question": "Which?", "options": "A\nB", "closes_on": ""}, "closes_on"),
        ({"question": "Which?", "options": "A\nB", "closes_on": "2020-01-01"}, "closes_on"),
        ({"question": "Which?", "options": "A\nB", "quorum": "0"}, "quorum"),
        ({"question": "Which?", "options": "A\nB", "share": "many"}, "share"),
        ({"question": "Which?", "options": "A\nB", "results": "never"}, "results"),
        ({"question": "Which?", "options": "A\nB", "opens_on": "tomorrow"}, "opens_on"),
    ):
        answer = await ben.post(thread + "/poll", data=fields | wrong)
        assert answer.status_code == 422, (wrong, answer.status_code)
        assert f'id="{place}-fault"' in answer.text, (place, answer.text)
        assert "A long thought." in answer.text
    assert await sql("SELECT count(*) FROM polls") == 0


async def test_a_time_that_no_clock_shows_is_told_at_its_row(client: Clients, thread: str) -> None:
    ben = client("ben", browser=True)
    fields = {"kind": "time", "question": "When?", **tomorrow(), **MOMENTS, "at3": "02:30"}
    answer = await ben.post(thread + "/poll", data=fields)
    assert answer.status_code == 422
    assert 'id="moments.1-fault"' in answer.text and "No clock shows this time" in answer.text
    more = await ben.post(thread + "/poll", data=fields | {"more": "1"})
    assert more.status_code == 200
    assert more.text.count('type="date" name="on') == 8 and 'value="02:30"' in more.text
    assert await sql("SELECT count(*) FROM polls") == 0


async def test_readers_see_moments_by_their_own_clocks(ask: Any, client: Clients) -> None:
    await sql("UPDATE members SET time_zone = 'Asia/Tokyo' WHERE username = 'fay'")
    asked = [{"date": "2027-03-27", "time": "14:30"}, {"date": "2027-03-28", "time": "16:30"}]
    poll = await ask("ben", kind="time", moments=asked, zone="Europe/Berlin", minutes=60)
    text = await seen(client("fay", browser=True), poll)
    assert "22:30–23:30" in text and "Sat 27 March 2027" in text and "23:30 – Mon 00:30" in text
    assert 'title="2027-03-27 14:30 Europe/Berlin"' in text


async def test_an_hour_that_comes_twice_says_which_one_is_meant(ask: Any, client: Clients) -> None:
    await sql("UPDATE members SET time_zone = 'Europe/Berlin' WHERE username = 'ben'")
    asked = [{"date": "2027-10-31", "time": "02:30"}, {"date": "2027-10-31", "time": "12:00"}]
    poll = await ask("ben", kind="time", moments=asked, zone="Europe/Berlin", closes_at=later(days=300))
    text = await seen(client("ben", browser=True), poll)
    assert "02:30 CEST–02:30 CET" in text and "12:00–13:00" in text


@pytest.mark.parametrize(
    ("kind", "marks", "told"),
    [
        ("single", (0, 1, 0), "1 vote · 100 %"),
        ("multiple", (1, 1, 0), "1 vote · 100 %"),
        ("score", (2, 5, 0), "5.0 of 5"),
        ("ranked", (2, 1, 3), "1 first choice"),
        ("proposal", (1, 0, 0, 0), "1 vote · 100 %"),
        ("time", (2, 1), "1 yes, 0 if need be, 0 no"),
    ],
)
async def test_a_vote_is_counted_shown_and_changed(
    ask: Any, client: Clients, kind: str, marks: tuple[int, ...], told: str
) -> None:
    more: Doc = {"most_choices": 2} if kind == "multiple" else {"score_max": 5} if kind == "score" else {}
    if kind == "time":
        moments = [{"date": "2027-03-27", "time": "14:30"}, {"date": "2027-03-28", "time": "16:30"}]
        more = {"moments": moments, "zone": "UTC"}
    poll = await ask("ben", kind=kind, quorum=2, share=60, **more)
    ben = client("ben", browser=True)
    assert "Change your vote" not in await seen(ben, poll)
    answer = await ben.post(f"/polls/{poll['id']}/vote", data=vote_of(poll, *marks))
    assert answer.status_code == 303, answer.text
    text = await seen(ben, poll)
    assert told in text and "1 has voted" in text and "Quorum: 1 of 2 voters" in text
    assert re.search(r"Share: \d+ %, and 60 % are needed", text)
    assert "Change your vote" in text and "your vote" in text
    changed = await ben.post(f"/polls/{poll['id']}/vote", data=vote_of(poll, *marks) | {"reason": "Because."})
    assert changed.status_code == 303
    assert "1 has voted" in await seen(ben, poll)
    who = (await ben.get(f"/polls/{poll['id']}/ballots")).text
    assert "Ben" in who and "Because." in who


async def test_a_refused_ballot_comes_back_as_it_was(ask: Any, client: Clients) -> None:
    poll = await ask("ben", kind="ranked")
    ben = client("ben", browser=True)
    answer = await ben.post(f"/polls/{poll['id']}/vote", data=vote_of(poll, 2, 2, 1) | {"reason": "My reasons."})
    assert answer.status_code == 422
    assert "My reasons." in answer.text and answer.text.count("<option selected>2</option>") == 2
    assert 'id="marks-fault"' in answer.text
    for wrong in ({}, {"choice": "x"}, {"m1": "9" * 30}, {"m" + "9" * 30: "1"}, {"mx": "1"}, {"choice": ["1", "1"]}):
        assert (await ben.post(f"/polls/{poll['id']}/vote", data=wrong)).status_code == 422, wrong


async def test_an_anonymous_vote_is_kept_once_and_tells_nobody(ask: Any, client: Clients) -> None:
    poll = await ask("ben", anonymous=True, results="after_closing")
    ben = client("ben", browser=True)
    sent = vote_of(poll, 0, 1, 0) | {"form_id": "whatever"}
    assert (await ben.post(f"/polls/{poll['id']}/vote", data=sent)).status_code == 303
    again = await ben.post(f"/polls/{poll['id']}/vote", data=sent)
    assert again.status_code == 409 and "cannot be changed" in again.text
    assert 'class="stack ballot"' not in again.text, "a ballot that can only be refused is offered to nobody"
    text = await seen(ben, poll)
    assert "Change your vote" not in text and "1 has voted" in text
    assert "The result is shown once the poll is closed." in text and "<progress" not in text
    assert (await client("fay", browser=True).get(f"/polls/{poll['id']}/ballots")).status_code == 403
    assert await sql("SELECT count(*) FROM kept_answers") == 0


async def test_who_may_not_vote_is_told_why(ask: Any, client: Clients) -> None:
    poll = await ask("ben")
    stranger = await seen(client(STRANGER, browser=True), poll)
    assert "Sign in to vote" in stranger and f'action="/polls/{poll["id"]}/vote"' not in stranger
    assert "Join this group first" in await seen(client("cem", browser=True), poll)


async def test_it_is_closed_and_its_outcome_stands_at_the_head(ask: Any, vote: Any, client: Clients) -> None:
    poll = await ask("ben", kind="proposal", quorum=2, share=60)
    for name in ("ben", "fay"):
        voted = await vote(name, poll, 0)
        assert voted.status_code == 200, voted.text
    ben, fay = client("ben", browser=True), client("fay", browser=True)
    address = f"/polls/{poll['id']}"
    assert (await ben.get(address + "/outcome")).status_code == 403
    assert (await ben.post(address + "/close")).status_code == 303
    text = await seen(ben, poll)
    assert "The proposal carries." in text and "Write the outcome" in text
    refused = await ben.post(address + "/outcome", data={"text": " ", "review_on": "2027-13-01"})
    assert refused.status_code == 422 and 'id="review_on-fault"' in refused.text
    again = date.fromisoformat(later(days=200)[:10])
    kept = {"text": "We drink *tea*.", "review_on": again.isoformat()}
    written = await ben.post(address + "/outcome", data=kept | {"version": "1"})
    assert written.status_code == 303, written.text
    stale = await fay.post(address + "/outcome", data={"text": "We drink water.", "version": "1"})
    assert stale.status_code == 409 and "We drink *tea*." in stale.text and "We drink water." in stale.text
    thread = await led(client(STRANGER, browser=True), written.headers["location"])
    head = thread.partition('id="posts"')[0]
    assert "We drink <em>tea</em>." in head and f'id="outcome-{poll["id"]}"' in head and f"{again:%-d %B %Y}" in head
    listed = await client(STRANGER, browser=True).get("/g/public-group/decisions")
    assert "We drink <em>tea</em>." in listed.text and "Carried" in listed.text
    assert "/g/public-group/decisions" in (await ben.get("/g/public-group")).text


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("schulze", ["2 prefer Coffee to Tea, 1 the other way round.", "Coffee has won."]),
        ("instant_runoff", ["Round 1: Coffee 2, Tea 1, Water 0.", "Coffee has won."]),
    ],
)
async def test_how_a_ranking_was_counted_is_told(
    ask: Any, vote: Any, client: Clients, method: str, told: list[str]
) -> None:
    poll = await ask("ben", kind="ranked", method=method)
    for name, marks in (("ben", {0: 1, 1: 2}), ("fay", {1: 1, 0: 2}), ("sol", {1: 1})):
        await sql("UPDATE members SET silenced_until = NULL WHERE username = $1", name)
        assert (await vote(name, poll, marks)).status_code == 200
    await client("ben").put(f"/api/v1/polls/{poll['id']}/closing")
    text = await seen(client(STRANGER, browser=True), poll)
    for sentence in told:
        assert sentence in text, text


@pytest.mark.parametrize("name", [STRANGER, "ben"])
async def test_a_thread_with_polls_takes_one_more_statement(ask: Any, client: Clients, cast: Cast, name: str) -> None:
    for kind in ("single", "proposal"):
        await ask("ben", kind=kind)
    found: list[str] = []
    with counting(found):
        answer = await client(name, browser=True).get(f"/t/{cast.threads['public']}/thread")
    assert answer.status_code == 200
    assert len(found) == 3, found  # who asks, THREAD_PAGE, POLLS


async def test_a_question_that_is_all_there_is_stands_once(ask: Any, client: Clients) -> None:
    poll = await ask("ben", question="Tea or coffee, colleagues?")
    assert (await seen(client("ben", browser=True), poll)).count("Tea or coffee, colleagues?") == 1


async def test_every_word_of_a_poll_can_be_translated(ask: Any, vote: Any, client: Clients, site: Any) -> None:
    """Where members' own words stand, `dir` says so."""
    addresses = []
    for kind in ("proposal", "ranked", "score", "multiple"):
        poll = await ask("ben", kind=kind, quorum=3, share=50)
        await vote("ben", poll, {0: 1})
        addresses += [f"/polls/{poll['id']}", f"/polls/{poll['id']}/ballots"]
        addresses.append(f"/t/{poll['thread_id']}/poll?kind={kind}")
    addresses += [f"/t/{poll['thread_id']}/poll", "/g/public-group/decisions"]
    ben = client("ben", browser=True)
    ben._transport.app = Speaking(ben._transport.app, "en-XA")  # type: ignore[attr-defined]
    for address in addresses:
        page = Page(await led(ben, address))
        assert not unmarked(page), address
        assert len(page.ids()) == len(set(page.ids())), address
