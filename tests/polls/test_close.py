"""Closing freezes the tally, once; then an outcome can be written."""
import pytest

from forum.jobs.drain import drain
from forum.polls.commands.close_poll import close_due
from forum.polls.jobs import watch_clock
from forum.searching.rebuild import rebuild
from tests.polls.conftest import over, sql, tick

pytestmark = pytest.mark.anyio


async def close(client, who, poll):
    return await client(who).put(f"/api/v1/polls/{poll['id']}/closing")


async def test_its_author_closes_it_early(ask, vote, client):
    poll = await ask(results="after_closing", quorum=1)
    await vote("ben", poll, 0)
    for who in ("cem", "sol", "stranger"):
        assert (await close(client, who, poll)).status_code in (401, 403)
    done = (await close(client, "ben", poll)).json()
    assert (done["phase"], done["result"]["voters"], done["result"]["carries"]) == ("closed", 1, True)
    assert done["closed_at"] < done["closes_at"]
    again = await close(client, "ben", poll)
    assert (again.status_code, again.json()["code"]) == (403, "poll_closed")
    assert (await vote("fay", poll, 0)).json()["code"] == "poll_closed"
    assert await sql("SELECT count(*) FROM facts WHERE name = 'poll.closed'") == 1


async def test_a_facilitator_may_and_another_member_may_not(ask, client):
    poll = await ask("fay")
    refused = await close(client, "ben", poll)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert (await close(client, "fay", poll)).status_code == 200
    assert (await close(client, "fay", await ask("ben"))).status_code == 200


async def test_the_clock_closes_what_is_over(ask, vote, client):
    poll, open_one = await ask(), await ask()
    await vote("fay", poll, 1)
    await over(poll)
    counting = (await client("ben").get(f"/api/v1/polls/{poll['id']}")).json()
    assert (counting["phase"], counting["closed_at"]) == ("counting", None)
    await tick()
    await tick()
    await close_due(poll["id"])
    await close_due(open_one["id"])
    done = (await client("ben").get(f"/api/v1/polls/{poll['id']}")).json()
    assert (done["phase"], done["closed_at"], done["result"]["voters"]) == ("closed", counting["closes_at"], 1)
    assert await sql("SELECT count(*) FROM facts WHERE name = 'poll.closed'") == 1
    assert await sql("SELECT closed_at FROM polls WHERE id = $1", open_one["id"]) is None


async def test_a_frozen_tally_stays_as_it_is(ask, vote, client, cast):
    poll = await ask()
    await vote("ben", poll, 1)
    await close(client, "ben", poll)
    await sql("UPDATE ballots SET marks = '{}' WHERE poll_id = $1", poll["id"])
    seen = (await client("fay").get(f"/api/v1/polls/{poll['id']}")).json()
    assert [each["votes"] for each in seen["result"]["options"]] == [0, 1, 0]


async def test_a_withdrawn_poll_is_closed_quietly(ask, vote, client):
    await rebuild()
    poll = await ask()
    await vote("fay", poll, 0)
    await drain()
    await client("ben").delete(f"/api/v1/posts/{poll['post_id']}")
    await over(poll)
    await tick()
    told = await sql("SELECT count(*) FROM notices")
    await drain()
    assert await sql("SELECT result ->> 'voters' FROM polls WHERE id = $1", poll["id"]) == "1"
    assert await sql("SELECT count(*) FROM notices") == told


async def test_the_clock_leaves_each_to_a_job_of_its_own(ask, client):
    await rebuild()
    polls = [await ask(), await ask()]
    for poll in polls:
        await over(poll)
    await watch_clock()
    await watch_clock()
    assert await sql("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'polls.count'") == 2
    await drain()
    assert await sql("SELECT count(*) FROM polls WHERE closed_at IS NULL") == 0
