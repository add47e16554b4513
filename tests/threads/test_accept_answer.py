import pytest

from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio


async def test_the_asker_chooses_and_changes_the_answer(client, cast, reply):
    path = f"/api/v1/threads/{cast.threads['public']}"
    better = await reply("fay", "A better one.")
    for post, number in ((cast.second["public"], 2), (better["id"], 3), (better["id"], 3)):
        assert (await client("ben").put(path + "/answer", json={"post_id": post})).status_code == 204
        assert (await client("stranger").get(path)).json()["accepted_number"] == number
    assert (await client("fay").delete(path + "/answer")).status_code == 204
    assert (await client("stranger").get(path)).json()["accepted_number"] is None


async def test_what_cannot_be_an_answer(client, cast):
    path = f"/api/v1/threads/{cast.threads['public']}/answer"
    for post in (cast.first["public"], cast.second["closed"], 999_999):
        assert (await client("ben").put(path, json={"post_id": post})).status_code == 422
    async with connection() as sql:
        await sql.execute("UPDATE threads SET kind = 'discussion' WHERE id = $1", cast.threads["public"])
    answer = await client("ben").put(path, json={"post_id": cast.second["public"]})
    assert answer.json()["code"] == "not_a_question"
