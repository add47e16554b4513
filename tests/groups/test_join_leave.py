import pytest

from forum.groups.models import Grant, JoinRequest

pytestmark = pytest.mark.anyio
PUBLIC, CLOSED, HIDDEN = (f"/api/v1/groups/{kind}-group" for kind in ("public", "closed", "hidden"))


async def test_joining_twice_is_joining_once(client, cast):
    first = await client("cem").put(PUBLIC + "/membership")
    again = await client("cem").put(PUBLIC + "/membership")
    assert first.json() == again.json() == {"state": "joined", "role": "member"}
    held = Grant.filter(membership__member_id=cast.members["cem"], membership__group_id=cast.groups["public"])
    assert await held.count() == 1
    assert (await client("cem").delete(PUBLIC + "/membership")).status_code == 204
    assert (await client("cem").delete(PUBLIC + "/membership")).json()["code"] == "not_a_member"


async def test_a_request_needs_a_reason_and_waits_once(client, cast):
    path = CLOSED + "/membership"
    assert (await client("cem").put(path)).json()["errors"][0]["field"] == "reason"
    for _ in range(2):
        answer = await client("cem").put(path, json={"reason": "I work on this."})
        assert (answer.status_code, answer.json()["state"]) == (202, "requested")
    waiting = (await client("fay").get(CLOSED + "/requests")).json()["items"]
    assert [(one["member"]["username"], one["reason"]) for one in waiting] == [("cem", "I work on this.")]
    assert (await client("cem").delete(path)).status_code == 204
    assert (await client("fay").get(CLOSED + "/requests")).json()["items"] == []


@pytest.mark.parametrize(("approve", "state", "reads"), [(True, "approved", 200), (False, "refused", 403)])
async def test_a_request_is_decided_once(client, cast, approve, state, reads):
    await client("cem").put(CLOSED + "/membership", json={"reason": "I work on this."})
    request = (await client("fay").get(CLOSED + "/requests")).json()["items"][0]["id"]
    path = f"{CLOSED}/requests/{request}/decision"
    elsewhere = path.replace("closed-group", "public-group")
    assert (await client("fay").put(elsewhere, json={"approve": approve})).status_code == 404
    assert (await client("fay").put(path, json={"approve": approve, "answer": "So be it."})).status_code == 204
    assert (await client("fay").put(path, json={"approve": True})).status_code == 404
    assert (await JoinRequest.get(id=request)).state.value == state
    assert (await client("cem").get(CLOSED + "/threads")).status_code == reads


async def test_the_last_facilitator_stays(client, cast):
    for deed in (client("fay").delete(PUBLIC + "/membership"), client("fay").delete(PUBLIC + "/members/fay")):
        assert (await deed).json()["code"] == "last_facilitator"
    down = await client("fay").put(PUBLIC + "/members/fay/role", json={"role": "member"})
    assert down.json()["code"] == "last_facilitator"
    assert (await client("fay").put(PUBLIC + "/members/ben/role", json={"role": "facilitator"})).status_code == 204
    assert (await client("fay").put(PUBLIC + "/members/fay/role", json={"role": "member"})).status_code == 204
    assert (await client("ben").delete(PUBLIC + "/membership")).json()["code"] == "last_facilitator"
