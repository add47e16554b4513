"""Those who look after a group slow it down, with a reason that its log shows, and take it back."""
import pytest

from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio


async def seconds(cast):
    async with connection() as sql:
        return await sql.fetchval("SELECT slow_seconds FROM groups WHERE id = $1", cast.groups["public"])


async def test_by_form_with_a_reason_and_back(client, cast):
    fay = client("fay", browser=True)
    saved = await fay.post("/g/public-group/moderation/slow", data={"seconds": "300", "reason": "It runs hot."})
    assert (saved.status_code, await seconds(cast)) == (303, 300)
    page = (await fay.get("/g/public-group/moderation")).text
    assert '<option value="300" selected>' in page
    line = (await client("fay").get("/api/v1/groups/public-group/log")).json()["items"][0]
    assert (line["kind"], line["reason"], line["may_undo"]) == ("group.slow_mode_set", "It runs hot.", True)
    assert (await client("fay").delete(f"/api/v1/acts/{line['id']}")).status_code == 204
    assert await seconds(cast) == 0


async def test_nonsense_is_refused_and_the_reason_stays(client, cast):
    fay = client("fay", browser=True)
    for wrong in ("", "-1", "86401", "soon"):
        refused = await fay.post("/g/public-group/moderation/slow", data={"seconds": wrong, "reason": "It runs hot."})
        assert refused.status_code in (400, 422) and "It runs hot." in refused.text, wrong
    answer = await client("fay").put("/api/v1/groups/public-group/slow-mode", json={"seconds": 86_401})
    assert (answer.status_code, await seconds(cast)) == (422, 0)


async def test_what_is_so_already_is_not_done_again(client, cast):
    for _time in range(2):
        answer = await client("ada").put("/api/v1/groups/public-group/slow-mode", json={"seconds": 60})
        assert answer.status_code == 204
    async with connection() as sql:
        assert await sql.fetchval("SELECT count(*) FROM acts WHERE kind = 'group.slow_mode_set'") == 1
    assert (await client("ada").delete("/api/v1/groups/public-group/slow-mode")).status_code == 204
    assert await seconds(cast) == 0
