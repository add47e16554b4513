import pytest

from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio
HIDDEN = "/api/v1/groups/hidden-group"


async def test_an_invitation_is_a_door_of_its_own(client, cast):
    sent = await client("fay").post(HIDDEN + "/invitations", json={"username": "cem"})
    again = await client("fay").post(HIDDEN + "/invitations", json={"username": "cem"})
    assert sent.status_code == 201 and sent.json() == again.json()
    path = f"/api/v1/invitations/{sent.json()['id']}/acceptance"
    assert (await client("ada").put(path)).status_code == 404
    assert (await client("cem").get(HIDDEN)).status_code == 404
    assert (await client("cem").put(path)).json()["state"] == "joined"
    assert (await client("cem").get(HIDDEN)).json()["membership"]["role"] == "member"
    await client("cem").delete(HIDDEN + "/membership")
    assert (await client("cem").put(path)).status_code == 404


@pytest.mark.parametrize(
    ("name", "code"),
    [("bea", "banned_here"), ("ben", "already_member"), ("pia", "unknown_member"), ("nobody", "unknown_member")],
)
async def test_who_cannot_be_invited(client, cast, name, code):
    answer = await client("fay").post(HIDDEN + "/invitations", json={"username": name})
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("username", code)]


async def test_a_link_serves_as_many_as_it_was_made_for(client, cast):
    made = await client("fay").post(HIDDEN + "/invitations", json={"uses": 1})
    path = f"/api/v1/invitation-links/{made.json()['url'].rpartition('/')[2]}/acceptance"
    assert (await client("bea").put(path)).status_code == 404
    assert (await client("cem").put(path)).status_code == 200
    assert (await client("cem").put(path)).status_code == 200
    assert (await client("adi").put(path)).status_code == 404


async def test_an_invitation_ends(client, cast):
    sent = await client("fay").post(HIDDEN + "/invitations", json={"username": "cem"})
    async with connection() as sql:
        await sql.execute("UPDATE invitations SET expires_at = now() - interval '1 minute'")
    assert (await client("cem").put(f"/api/v1/invitations/{sent.json()['id']}/acceptance")).status_code == 404


async def test_an_invitation_that_has_ended_opens_no_group_and_can_be_renewed(client, cast):
    closed = "/api/v1/groups/closed-group"
    sent = await client("fay").post(closed + "/invitations", json={"username": "cem"})
    async with connection() as sql:
        await sql.execute("UPDATE invitations SET expires_at = now() - interval '1 minute'")
    assert (await client("cem").put(closed + "/membership")).status_code == 422
    again = await client("fay").post(closed + "/invitations", json={"username": "cem"})
    assert again.status_code == 201 and again.json()["id"] != sent.json()["id"]
    assert (await client("cem").put(closed + "/membership")).json()["state"] == "joined"
