"""A vote counts once, while the poll is open, of those who take part in the group."""
import pytest

from tests.permissions.stage import read_only
from tests.polls.conftest import later, over, sql

pytestmark = pytest.mark.anyio


async def test_a_named_vote_can_be_changed(ask, vote, client):
    poll = await ask()
    first = (await vote("ben", poll, 0)).json()
    assert (first["voters"], first["voted"], first["result"]["options"][0]["votes"]) == (1, True, 1)
    changed = (await vote("ben", poll, 2, "Water is cheaper.")).json()
    assert changed["ballot"]["marks"] == {str(poll["options"][2]["id"]): 1}
    assert changed["ballot"]["reason"] == "Water is cheaper."
    assert [each["votes"] for each in changed["result"]["options"]] == [0, 0, 1]
    assert changed["voters"] == await sql("SELECT count(*) FROM ballots") == 1
    await vote("fay", poll, 2)
    seen = (await client("stranger").get(f"/api/v1/polls/{poll['id']}")).json()
    assert (seen["voters"], seen["voted"], seen["ballot"], seen["result"]["places"][0]) == (
        2, False, None, [poll["options"][2]["id"]])  # fmt: skip


async def test_an_anonymous_vote_stays(ask, vote):
    poll = await ask(anonymous=True)
    first = (await vote("ben", poll, 0)).json()
    assert (first["voted"], first["ballot"], first["voters"]) == (True, None, 1)
    again = await vote("ben", poll, 1)
    assert (again.status_code, again.json()["code"]) == (409, "already_voted")
    assert await sql("SELECT count(*) FROM ballots") == await sql("SELECT count(*) FROM voters") == 1


async def test_a_ballot_that_does_not_answer_is_refused_by_name(ask, vote, client):
    poll, other = await ask(), await ask("fay", kind="proposal", block_needs_reason=True)
    foreign = await vote("ben", {**other, "id": poll["id"]}, 0)
    assert foreign.json()["errors"][0] | {"message": ""} == {"field": "marks", "code": "foreign_option", "message": ""}
    path = f"/api/v1/polls/{poll['id']}/ballot"
    tea, coffee, _ = (str(each["id"]) for each in poll["options"])
    faulty = (({}, "empty_ballot"), ({tea: 1, coffee: 1}, "too_many_choices"), ({tea: 2}, "mark_out_of_range"))
    for marks, code in faulty:
        answer = await client("ben").put(path, json={"marks": marks})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    for marks in ({"one": 1}, {tea: "1"}, {tea: 1.5}, [tea], {"-1": 1}, {"9" * 30: 1}, None):
        assert (await client("ben").put(path, json={"marks": marks})).status_code == 422, marks
    blocked = await vote("ben", other, 3)
    assert blocked.json()["errors"][0]["code"] == "block_needs_reason"
    assert (await vote("ben", other, 3, "It breaks the budget.")).status_code == 200
    assert await sql("SELECT count(*) FROM voters") == 1


async def test_only_while_it_is_open(ask, vote):
    waiting = await ask(opens_at=later(days=1), closes_at=later(days=2))
    assert waiting["phase"] == "waiting"
    assert (await vote("ben", waiting, 0)).json()["code"] == "poll_not_open"
    poll = await ask()
    await over(poll)
    late = await vote("ben", poll, 0)
    assert (late.status_code, late.json()["code"]) == (403, "poll_closed")
    assert await sql("SELECT count(*) FROM voters") == 0


@pytest.mark.parametrize("anonymous", (False, True))
async def test_whoever_takes_no_part_does_not_vote(ask, vote, client, cast, anonymous):
    poll = await ask(anonymous=anonymous)
    await read_only(cast.members["rae"], cast.groups["public"])
    refused = {"cem": "not_a_member", "ada": "not_a_member", "sol": "silenced", "pia": "not_approved",
               "bea": "not_a_member", "rae": "reading_only"}  # fmt: skip
    for who, code in refused.items():
        answer = await vote(who, poll, 0)
        assert (answer.status_code, answer.json()["code"]) == (403, code), who
    for who in ("dot", "stranger"):
        assert (await vote(who, poll, 0)).status_code == 401
    assert (await vote("ben", poll, 0)).status_code == 200
    assert (await client("ben").delete("/api/v1/groups/public-group/membership")).status_code == 204
    left = await vote("ben", poll, 1)
    assert (left.status_code, left.json()["code"]) == (403, "not_a_member")
    assert await sql("SELECT count(*) FROM voters") == 1


async def test_a_vote_of_a_suspended_member_stays_and_is_their_last(ask, vote, client, cast):
    poll = await ask()
    await vote("ben", poll, 0)
    await sql("UPDATE members SET status = 'suspended' WHERE id = $1", cast.members["ben"])
    assert (await vote("ben", poll, 1)).status_code == 401
    seen = (await client("fay").get(f"/api/v1/polls/{poll['id']}")).json()
    assert [each["votes"] for each in seen["result"]["options"]] == [1, 0, 0]


async def test_nowhere_behind_a_shut_door(ask, vote, client):
    closed, hidden = await ask(group="closed"), await ask(group="hidden")
    assert (await vote("cem", closed, 0)).json()["code"] == "group_members_only"
    assert (await vote("cem", hidden, 0)).status_code == 404
    assert (await client("cem").get(f"/api/v1/polls/{hidden['id']}")).status_code == 404
    shown = await ask()
    await client("ben").delete(f"/api/v1/posts/{shown['post_id']}")
    for who in ("ben", "fay", "ada", "stranger"):
        assert (await client(who).get(f"/api/v1/polls/{shown['id']}")).status_code == 404
    assert (await vote("fay", shown, 0)).status_code == 404
    assert (await client("fay").get("/api/v1/polls/987654321")).status_code == 404


async def test_a_locked_thread_does_not_stop_a_vote(ask, vote, cast):
    poll = await ask()
    await sql("UPDATE threads SET locked_at = now() WHERE id = $1", cast.threads["public"])
    assert (await vote("ben", poll, 0)).status_code == 200


async def test_every_kind_is_counted(ask, vote):
    score = await ask(kind="score", score_max=3)
    await vote("ben", score, {0: 3, 1: 1})
    counted = (await vote("fay", score, {1: 3})).json()["result"]
    assert [each["points"] for each in counted["options"]] == [3, 4, 0]
    ranked = await ask(kind="ranked", method="instant_runoff")
    counted = (await vote("fay", ranked, {1: 1, 0: 2})).json()["result"]
    assert counted["rounds"][0]["votes"][str(ranked["options"][1]["id"])] == 1
    moments = [{"date": "2027-03-26", "time": "09:00"}, {"date": "2027-03-27", "time": "14:30"}]
    time = await ask(kind="time", zone="Asia/Karachi", moments=moments)
    counted = (await vote("fay", time, {0: 1, 1: 2})).json()["result"]
    assert [(each["votes"], each["if_need_be"]) for each in counted["options"]] == [(0, 1), (1, 0)]
