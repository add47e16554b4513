import pytest

pytestmark = pytest.mark.anyio


async def test_a_withdrawn_post_is_a_bare_tombstone(client, cast, reply):
    post = await reply("ben", "A secret slip.")
    thread = f"/api/v1/threads/{cast.threads['public']}"
    assert (await client("fay").delete(f"/api/v1/posts/{post['id']}")).json()["code"] == "not_yours"
    assert (await client("ben").delete(f"/api/v1/posts/{post['id']}")).status_code == 204
    page = (await client("stranger").get(thread)).json()
    grave = page["posts"]["items"][2]
    assert (page["post_count"], page["last_number"], grave["number"], grave["state"]) == (2, 3, 3, "withdrawn")
    assert grave["author"] is grave["html"] is grave["body"] is grave["edited_at"] is None
    for who in ("stranger", "cem", "ben"):
        assert (await client(who).get(f"/api/v1/posts/{post['id']}")).status_code == 404
        html = await client(who, browser=True).get(f"/t/{cast.threads['public']}/thread")
        assert "A secret slip." not in html.text
    assert (await client("fay").get(f"/api/v1/posts/{post['id']}")).json()["body"] == "A secret slip."
    assert (await client("ben").delete(f"/api/v1/posts/{post['id']}")).status_code == 404
    assert (await reply("ben", "Next."))["number"] == 4


async def test_what_hangs_on_it_goes_with_it(client, cast, reply):
    answer = await reply("fay", "The answer.")
    child = await reply("ben", "On your answer.", in_reply_to=answer["id"])
    thread = f"/api/v1/threads/{cast.threads['public']}"
    await client("ben").put(thread + "/answer", json={"post_id": answer["id"]})
    await client("ben").put(f"/api/v1/posts/{answer['id']}/bookmark")
    await client("fay").delete(f"/api/v1/posts/{answer['id']}")
    assert (await client("ben").get(thread)).json()["accepted_number"] is None
    assert (await client("ben").get("/api/v1/bookmarks")).json()["items"] == []
    parent = (await client("ben").get(f"/api/v1/posts/{child['id']}")).json()["in_reply_to"]
    assert parent == {"number": 3, "author": None}
