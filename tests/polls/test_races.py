"""R29: votes over the closing time, closings at once, a vote while it closes; all with real commits."""
import asyncio
import random
from collections import Counter

import pytest

from forum.kit.transaction import connection
from tests.polls.conftest import later, tick
from tests.polls.crowd import gather_crowd
from tests.support.clients import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

VOTES, VOTERS = 1000, 100
COUNTS = """
    SELECT p.closed_at, p.closes_at, (p.result ->> 'voters')::int AS told,
        (SELECT count(*) FROM voters v WHERE v.poll_id = p.id) AS voters,
        (SELECT count(DISTINCT member_id) FROM voters v WHERE v.poll_id = p.id) AS members,
        (SELECT count(*) FROM ballots b WHERE b.poll_id = p.id) AS ballots,
        (SELECT max(cast_at) FROM ballots b WHERE b.poll_id = p.id) AS last,
        (SELECT count(*) FROM facts f WHERE f.name = 'poll.closed' AND f.payload ->> 'poll_id' = p.id::text) AS closings
    FROM polls p WHERE p.id = $1
"""


async def start(site, cast, **wish):
    body = {"question": "Which?", "kind": "single", "options": ["A", "B", "C"], "closes_at": later(days=1), **wish}
    answer = await client_of(site, "ben").post(f"/api/v1/threads/{cast.threads['public']}/polls", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def row(poll):
    async with connection() as raw:
        return await raw.fetchrow(COUNTS, poll["id"])


async def vote(site, who, poll, n):
    marks = {str(poll["options"][n % 3]["id"]): 1}
    answer = await client_of(site, who).put(f"/api/v1/polls/{poll['id']}/ballot", json={"marks": marks})
    return who, answer.json()["code"] if answer.status_code >= 400 else "counted"


@pytest.mark.parametrize("anonymous", (False, True))
async def test_a_thousand_votes_over_the_closing_time(committed_site, cast, anonymous):
    names = list(await gather_crowd(cast.groups["public"], VOTERS))
    poll = await start(committed_site, cast, anonymous=anonymous)
    # Each member ten times, in no order: a quarter long before the end, a half across it, the last when it is over.
    turns = random.Random(29).sample(list(enumerate(names * (VOTES // VOTERS))), VOTES)
    gate = asyncio.Semaphore(20)

    async def send(n, who):
        async with gate:
            return await vote(committed_site, who, poll, n)

    async def sent(some):
        sending = asyncio.gather(*(send(n, who) for n, who in some))
        while not sending.done():
            await tick()
            await asyncio.sleep(0.05)
        return await sending

    answers = await sent(turns[: VOTES // 4])
    async with connection() as raw:
        await raw.execute("UPDATE polls SET closes_at = clock_timestamp() + interval '0.7 s' WHERE id = $1", poll["id"])
    answers += await sent(turns[VOTES // 4 : -VOTES // 4])
    await asyncio.sleep(0.7)
    answers += await sent(turns[-VOTES // 4 :])
    await tick()
    told = Counter(code for _, code in answers)
    counted = {who for who, code in answers if code == "counted"}
    assert set(told) <= {"counted", "poll_closed", "already_voted"}
    assert told["counted"] and told["poll_closed"]
    found = await row(poll)
    assert found["told"] == found["voters"] == found["members"] == found["ballots"] == len(counted)
    assert (found["closings"], found["closed_at"]) == (1, found["closes_at"])
    assert anonymous or found["last"] < found["closes_at"]
    assert not anonymous or told["counted"] == len(counted)


async def test_closings_at_once_are_one(committed_site, cast):
    poll = await start(committed_site, cast)
    await vote(committed_site, "fay", poll, 0)
    path = f"/api/v1/polls/{poll['id']}/closing"
    answers = await asyncio.gather(*(client_of(committed_site, who).put(path) for who in ("ben", "fay") * 5))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 403: 9}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 403} == {"poll_closed"}
    assert (await row(poll))["closings"] == 1


async def test_votes_while_it_closes_are_counted_or_refused(committed_site, cast):
    names = list(await gather_crowd(cast.groups["public"], 40))
    poll = await start(committed_site, cast, anonymous=True)
    voting = [vote(committed_site, who, poll, n) for n, who in enumerate(names)]
    closing = client_of(committed_site, "ben").put(f"/api/v1/polls/{poll['id']}/closing")
    *answers, closed = await asyncio.gather(*voting[:20], *voting[20:], closing)
    assert closed.status_code == 200
    found = await row(poll)
    counted = [who for who, code in answers if code == "counted"]
    assert found["told"] == found["voters"] == found["ballots"] == len(counted)


async def test_one_vote_sent_twenty_times_at_once_counts_once(committed_site, cast):
    poll = await start(committed_site, cast, anonymous=True)
    answers = await asyncio.gather(*(vote(committed_site, "fay", poll, n) for n in range(20)))
    assert Counter(code for _, code in answers) == {"counted": 1, "already_voted": 19}
    assert (await row(poll))["ballots"] == 1
