"""A reader's place: what a course leaves behind opens the group, and nothing can be written there."""
import pytest

from forum.groups.jobs import end_due_places
from forum.groups.models import Grant, Membership
from forum.groups.recount import count_places_without_grant, mend_roles
from forum.kit.transaction import connection
from forum.schedule import SCHEDULE
from tests.permissions.stage import read_only

pytestmark = pytest.mark.anyio
PUBLIC, CLOSED = "/api/v1/groups/public-group", "/api/v1/groups/closed-group"


@pytest.fixture
async def rae(site, cast) -> int:
    await read_only(cast.members["rae"], cast.groups["public"], cast.groups["closed"])
    return int(cast.members["rae"])


async def test_they_read_and_cannot_write(rae, cast, client):
    thread = f"/api/v1/threads/{cast.threads['closed']}"
    assert (await client("rae").get(CLOSED + "/threads")).status_code == 200
    refused = await client("rae").post(thread + "/posts", json={"body": "One more word."})
    assert (refused.status_code, refused.json()["code"]) == (403, "reading_only")
    page = (await client("rae", browser=True).get(f"/t/{cast.threads['closed']}/thread")).text
    assert "the course that brought you here is over" in page and "<textarea" not in page
    assert "the course that brought you here is over" in (await client("rae", browser=True).get("/g/closed-group")).text


async def test_lists_say_that_they_read(rae, client):
    listed = (await client("fay").get(CLOSED + "/members")).json()["items"]
    assert {one["username"]: one["role"] for one in listed}["rae"] == "reader"
    page = (await client("fay", browser=True).get("/g/closed-group/members")).text
    assert "Reader" in page and "Make member" in page
    assert "Reader" in (await client("rae", browser=True).get("/groups")).text


async def test_by_hand_they_come_in_like_anybody(rae, cast, client):
    assert (await client("rae").put(PUBLIC + "/membership")).json() == {"state": "joined", "role": "member"}
    place = await Membership.get(group_id=cast.groups["public"], member_id=rae)
    assert place.role == "member"
    assert await Grant.filter(membership_id=place.id).count() == 2
    asked = await client("rae").put(CLOSED + "/membership", json={"reason": "I work on this."})
    assert asked.status_code == 202
    request = (await client("fay").get(CLOSED + "/requests")).json()["items"][0]["id"]
    await client("fay").put(f"{CLOSED}/requests/{request}/decision", json={"approve": True})
    assert (await Membership.get(group_id=cast.groups["closed"], member_id=rae)).role == "member"


async def test_they_are_invited_promoted_and_may_go(rae, cast, client):
    invited = await client("fay").post(CLOSED + "/invitations", json={"username": "rae"})
    assert invited.status_code == 201
    assert (await client("fay").put(CLOSED + "/members/rae/role", json={"role": "reader"})).status_code == 422
    done = await client("fay", browser=True).post("/g/closed-group/members/rae", data={"do": "member"})
    assert done.status_code == 303
    assert (await Membership.get(group_id=cast.groups["closed"], member_id=rae)).role == "member"
    assert (await client("rae").delete(PUBLIC + "/membership")).status_code == 204
    assert not await Membership.exists(group_id=cast.groups["public"], member_id=rae)


async def test_the_clock_ends_what_is_due(rae, cast):
    assert end_due_places.name in {each.job for each in SCHEDULE}
    async with connection() as sql:
        await sql.execute("UPDATE grants SET leaves_at = now() - interval '1 s' WHERE source <> 'manual'")
    await end_due_places()
    assert not await Membership.exists(member_id=rae)


async def test_the_doctor_makes_a_place_as_high_as_its_grants(rae, cast):
    async with connection() as sql:
        await sql.execute("UPDATE memberships SET role = 'facilitator' WHERE member_id = $1", rae)
        await sql.execute("UPDATE memberships SET role = 'member' WHERE member_id = $1", cast.members["fay"])
    assert (await mend_roles(), await mend_roles()) == (6, 0)
    assert await Membership.filter(member_id=rae, role="reader").count() == 2
    assert await Membership.filter(member_id=cast.members["fay"], role="facilitator").count() == 4
    assert await count_places_without_grant() == 0
