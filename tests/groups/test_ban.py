import pytest

pytestmark = pytest.mark.anyio


async def test_a_ban_ends_the_place_and_shuts_the_door(client, cast):
    for kind, reads in (("public", 200), ("closed", 404), ("members", 404), ("hidden", 404)):
        group = f"/api/v1/groups/{kind}-group"
        for _ in range(2):
            assert (await client("fay").put(group + "/bans/ben", json={"reason": "Enough."})).status_code == 204
        assert (await client("ben").get(f"/api/v1/threads/{cast.threads[kind]}")).status_code == reads
        joined = await client("ben").put(group + "/membership", json={"reason": "Please."})
        assert joined.status_code == (403 if kind == "public" else 404)
        assert (await client("fay").delete(group + "/bans/ben")).status_code == 204
        assert (await client("fay").delete(group + "/bans/ben")).status_code == 404
    assert (await client("ben").put("/api/v1/groups/public-group/membership")).status_code == 200


async def test_nobody_bans_a_colleague_or_themselves(client, cast):
    group = "/api/v1/groups/public-group"
    assert (await client("fay").put(group + "/bans/fay", json={})).json()["code"] == "yourself"
    await client("fay").put(group + "/members/ben/role", json={"role": "facilitator"})
    assert (await client("fay").put(group + "/bans/ben", json={})).json()["code"] == "other_facilitator"
    assert (await client("fay").delete(group + "/members/ben")).json()["code"] == "other_facilitator"
