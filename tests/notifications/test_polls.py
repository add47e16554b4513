"""Who is told of polls: before they close, when they have, and what came of them."""
import pytest

from forum.jobs.drain import drain
from forum.searching.rebuild import rebuild
from tests.polls.conftest import ask, later, over, sql, tick, vote

pytestmark = pytest.mark.anyio
__all__ = ["ask", "vote"]
KINDS = ("poll_closing", "poll_closed", "outcome")


@pytest.fixture
async def told(site, client):
    """``await told("ben")``: what of polls they were told, after the clock and all jobs have run."""
    await rebuild()

    async def look(who):
        await tick()
        await drain()
        found = (await client(who).get("/api/v1/notices")).json()["items"]
        return [notice["kind"] for notice in found if notice["kind"] in KINDS]

    return look


@pytest.mark.parametrize("anonymous", (False, True))
async def test_who_has_not_voted_is_told_a_day_before(ask, vote, client, cast, told, anonymous):
    poll = await ask("fay", anonymous=anonymous, body="For the next meeting.")
    await vote("fay", poll, 0)
    assert await told("ben") == []
    await sql("UPDATE polls SET closes_at = now() + interval '23 hours' WHERE id = $1", poll["id"])
    assert (await told("ben"), await told("fay"), await told("sol"), await told("cem")) == (
        ["poll_closing"], [], [], [])  # fmt: skip
    notice = (await client("ben").get("/api/v1/notices")).json()["items"][0]
    assert (notice["note"], notice["post_id"], notice["actor"]) == ("What shall we drink?", poll["post_id"], None)
    await sql("DELETE FROM notices")
    assert await told("ben") == [], "once"


async def test_a_short_poll_is_announced_as_soon_as_it_is_open(ask, client, told):
    await ask("fay", closes_at=later(hours=2))
    await ask("fay", opens_at=later(hours=1), closes_at=later(hours=2))
    assert await told("ben") == ["poll_closing"]


@pytest.mark.parametrize("ear", ("thread", "group", "ban"))
async def test_who_does_not_listen_is_not_told(ask, client, cast, told, ear):
    await ask("fay", closes_at=later(hours=2))
    if ear == "thread":
        await client("ben").put(f"/api/v1/threads/{cast.threads['public']}/follow", json={"level": "mute"})
    elif ear == "group":
        await client("ben").put("/api/v1/groups/public-group/follow", json={"level": "mute"})
    else:
        await client("fay").put("/api/v1/groups/public-group/bans/ben", json={"reason": "x"})
    assert await told("ben") == []


async def test_the_author_is_asked_for_an_outcome_and_the_voters_hear_it(ask, vote, client, told):
    poll = await ask("ben", anonymous=True)
    for who in ("ben", "fay"):
        await vote(who, poll, 0)
    await over(poll)
    assert (await told("ben"), await told("fay")) == (["poll_closed"], [])
    path = f"/api/v1/polls/{poll['id']}/outcome"
    await client("ben").put(path, json={"text": "Tea it is."})
    assert (await told("fay"), await told("ben")) == (["outcome"], ["poll_closed"])
    await client("ben").put(path, json={"text": "Tea it will be."}, headers={"If-Match": '"2"'})
    assert await told("fay") == ["outcome"]


async def test_where_the_author_has_left_the_facilitators_are_asked(ask, client, told):
    poll = await ask("ben")
    await client("ben").delete("/api/v1/groups/public-group/membership")
    await over(poll)
    assert (await told("fay"), await told("ben")) == (["poll_closed"], [])


async def test_only_who_can_write_the_outcome_is_asked_for_it(ask, client, cast, told):
    polls = [await ask("ben", group=group) for group in ("public", "hidden")]
    await sql("UPDATE members SET silenced_until = now() + interval '1 day' WHERE id = $1", cast.members["ben"])
    await sql("DELETE FROM memberships WHERE member_id = $1 AND group_id = $2",
              cast.members["fay"], cast.groups["hidden"])  # fmt: skip
    for poll in polls:
        await over(poll)
    assert (await told("ben"), await told("fay")) == ([], ["poll_closed"]), "a silenced author cannot answer"
    assert await sql("SELECT count(*) FROM notices WHERE kind = 'poll_closed'") == 1, "nor can the site's staff"


async def test_who_may_read_it_no_longer_is_not_told(ask, vote, client, told):
    poll = await ask("fay", group="closed")
    await vote("ben", poll, 0)
    await over(poll)
    await client("ben").delete("/api/v1/groups/closed-group/membership")
    await tick()
    await client("fay").put(f"/api/v1/polls/{poll['id']}/outcome", json={"text": "Tea."})
    assert await told("ben") == []
    assert await sql("SELECT count(*) FROM notices WHERE kind = 'outcome'") == 0


async def test_nobody_is_told_of_a_withdrawn_poll(ask, client, told):
    poll = await ask("ben", closes_at=later(hours=2))
    await client("ben").delete(f"/api/v1/posts/{poll['post_id']}")
    assert await told("fay") == []
    await over(poll)
    assert (await told("ben"), await told("fay")) == ([], [])
    assert await sql("SELECT count(*) FROM polls WHERE closed_at IS NULL") == 0
