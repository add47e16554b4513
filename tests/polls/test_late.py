"""Votes and words that come too late, or from somebody who may not: told why, and nothing typed is lost."""
from typing import Any

import pytest

from forum.polls import queries
from tests.cast import STRANGER, Cast
from tests.polls.conftest import over, sql, tick
from tests.polls.test_pages import Clients, Doc, vote_of

pytestmark = pytest.mark.anyio
WORDS = "All that I wanted to say."


@pytest.fixture
async def poll(ask: Any) -> Doc:
    found: Doc = await ask("ben")
    return found


async def test_a_vote_after_closing_keeps_what_was_typed(poll: Doc, client: Clients) -> None:
    await over(poll)
    sent = vote_of(poll, 0, 1, 0) | {"reason": WORDS}
    answer = await client("ben", browser=True).post(f"/polls/{poll['id']}/vote", data=sent)
    assert answer.status_code == 403 and "takes no more votes" in answer.text
    assert WORDS in answer.text


async def test_a_vote_after_the_session_can_be_sent_again(poll: Doc, client: Clients) -> None:
    sent = vote_of(poll, 0, 1, 0) | {"reason": WORDS}
    answer = await client(STRANGER, browser=True).post(f"/polls/{poll['id']}/vote", data=sent)
    assert answer.status_code == 401 and WORDS in answer.text
    assert f'<input type="hidden" name="choice" value="{poll["options"][1]["id"]}">' in answer.text


async def test_an_outcome_and_a_question_of_somebody_silenced(poll: Doc, client: Clients, cast: Cast) -> None:
    await over(poll)
    await tick()
    await sql("UPDATE members SET silenced_until = now() + interval '1 day' WHERE id = $1", cast.members["ben"])
    ben = client("ben", browser=True)
    answer = await ben.post(f"/polls/{poll['id']}/outcome", data={"text": WORDS, "version": "1"})
    assert answer.status_code == 403 and WORDS in answer.text
    asked = {"kind": "single", "question": WORDS, "options": "Tea\nCoffee"}
    answer = await ben.post(f"/t/{cast.threads['public']}/poll", data=asked)
    assert answer.status_code == 403 and WORDS in answer.text and "Tea\nCoffee</textarea>" in answer.text


async def test_a_reason_too_many_is_shown_once_more(ask: Any, vote: Any, client: Clients) -> None:
    poll = await ask(anonymous=True)
    await vote("ben", poll, 0)
    sent = vote_of(poll, 0, 1, 0) | {"reason": WORDS}
    answer = await client("ben", browser=True).post(f"/polls/{poll['id']}/vote", data=sent)
    assert answer.status_code == 409 and WORDS in answer.text and 'name="choice"' not in answer.text


async def test_a_tally_is_made_anew_only_for_other_ballots(ask: Any, vote: Any, client: Clients) -> None:
    poll = await ask(kind="ranked")
    await vote("ben", poll, {0: 1, 1: 2})
    made = queries._tallied.cache_info().misses
    for _ in range(3):
        assert (await client(STRANGER).get(f"/api/v1/polls/{poll['id']}")).json()["result"]["voters"] == 1
    assert queries._tallied.cache_info().misses == made
    await vote("fay", poll, {1: 1})
    assert (await client(STRANGER).get(f"/api/v1/polls/{poll['id']}")).json()["result"]["voters"] == 2
