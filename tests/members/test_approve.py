import pytest

pytestmark = pytest.mark.anyio


async def test_staff_let_a_newcomer_in(client, cast):
    waiting = (await client("ada").get("/api/v1/pending-members")).json()["items"]
    assert [one["username"] for one in waiting] == ["pia"]
    for _ in range(2):
        assert (await client("ada").put("/api/v1/pending-members/pia/approval")).status_code == 204
    assert (await client("pia").put("/api/v1/groups/public-group/membership")).status_code == 200
    for name in ("dot", "nobody"):
        assert (await client("ada").put(f"/api/v1/pending-members/{name}/approval")).status_code == 404
