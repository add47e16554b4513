import pytest

pytestmark = pytest.mark.anyio


async def test_a_nod_counts_once_and_is_taken_back(client, cast):
    path = f"/api/v1/posts/{cast.first['public']}"
    for _ in range(2):
        assert (await client("fay").put(path + "/reactions/thanks")).status_code == 204
    await client("ben").put(path + "/reactions/thanks")
    await client("ben").put(path + "/reactions/agree")
    post = (await client("ben").get(path)).json()
    assert post["reactions"] == {"thanks": 2, "agree": 1}
    assert post["mine"] == ["agree", "thanks"]
    for _ in range(2):
        assert (await client("fay").delete(path + "/reactions/thanks")).status_code == 204
    assert (await client("stranger").get(path)).json()["reactions"] == {"thanks": 1, "agree": 1}


async def test_only_the_four_exist(client, cast):
    path = f"/api/v1/posts/{cast.first['public']}/reactions/anger"
    assert (await client("ben").put(path)).status_code == 404
    assert (await client("cem").put(path.replace("anger", "thanks"))).json()["code"] == "not_a_member"
