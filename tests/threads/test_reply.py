import pytest

from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio


async def test_numbers_have_no_gaps(client, cast, reply):
    path = f"/api/v1/threads/{cast.threads['public']}/posts"
    assert (await reply("ben", "Three."))["number"] == 3
    refused = await client("ben").post(path, json={"body": "No.", "in_reply_to": cast.first["closed"]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "in_reply_to"
    assert (await client("ben").post(path, json={"body": "x" * 32_001})).status_code == 422
    assert (await client("cem").post(path, json={"body": "Not mine."})).status_code == 403
    fourth = await reply("fay", "Four.", in_reply_to=cast.first["public"])
    assert (fourth["number"], fourth["in_reply_to"]["number"]) == (4, 1)
    page = (await client("stranger").get(path)).json()
    assert [post["number"] for post in page["items"]] == [1, 2, 3, 4]


async def test_the_same_key_posts_once(client, cast):
    path = f"/api/v1/threads/{cast.threads['public']}/posts"
    headers = {"Idempotency-Key": "one"}
    first = await client("ben").post(path, json={"body": "Once."}, headers=headers)
    again = await client("ben").post(path, json={"body": "Once."}, headers=headers)
    other = await client("ben").post(path, json={"body": "Twice."}, headers=headers)
    assert (first.json()["id"], first.status_code) == (again.json()["id"], again.status_code)
    assert other.status_code == 422
    assert (await client("ben").get(path)).json()["items"][-1]["number"] == 3


async def test_nothing_is_answered_that_is_gone_or_locked(client, cast, reply):
    gone = (await reply("ben", "Soon gone."))["id"]
    await client("ben").delete(f"/api/v1/posts/{gone}")
    path = f"/api/v1/threads/{cast.threads['public']}/posts"
    answer = await client("fay").post(path, json={"body": "To it.", "in_reply_to": gone})
    assert answer.status_code == 422
    async with connection() as sql:
        await sql.execute("UPDATE threads SET locked_at = now() WHERE id = $1", cast.threads["public"])
    assert (await client("ben").post(path, json={"body": "Late."})).json()["code"] == "thread_locked"
    assert (await client("fay").post(path, json={"body": "Closing words."})).status_code == 201


async def test_pages_of_posts_are_linked(client, cast, reply):
    for number in range(3, 30):
        await reply("ben", f"Post {number}.")
    page = (await client("ben").get(f"/api/v1/threads/{cast.threads['public']}")).json()["posts"]
    assert len(page["items"]) == 25
    rest = (await client("ben").get(page["next"])).json()
    assert [post["number"] for post in rest["items"]] == [26, 27, 28, 29]
    assert rest["next"] is None
