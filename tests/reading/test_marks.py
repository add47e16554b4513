import pytest

pytestmark = pytest.mark.anyio


async def unread(client, who):
    groups = (await client(who).get("/api/v1/groups")).json()["items"]
    return {group["slug"]: group["unread"] for group in groups if group["unread"]}


async def test_what_others_post_is_unread_and_what_one_posts_is_not(client, cast):
    thread = f"/api/v1/threads/{cast.threads['public']}"
    assert await unread(client, "ben") == {}
    await client("fay").post(thread + "/posts", json={"body": "New."})
    assert await unread(client, "ben") == {"public-group": 1}
    assert await unread(client, "fay") == {}
    home = (await client("ben").get("/api/v1/home")).json()["unread"]
    assert [(line["id"], line["unread"]) for line in home] == [(cast.threads["public"], True)]
    await client("ben").post(thread + "/posts", json={"body": "Mine."})
    assert await unread(client, "ben") == {}


async def test_a_mark_never_goes_back_nor_beyond(client, cast):
    thread = f"/api/v1/threads/{cast.threads['public']}"
    for number, stored in ((1, 1), (99, 2), (1, 2)):
        assert (await client("ben").put(thread + "/reading", json={"number": number})).status_code == 204
        assert (await client("ben").get(thread)).json()["last_read"] == stored
    assert (await client("ben").put(thread + "/reading", json={"number": -1})).status_code == 422


async def test_a_group_is_read_as_a_whole(client, cast):
    for who in ("fay", "sol"):
        wish = {"title": "A thread", "body": "Text."}
        await client(who).post("/api/v1/groups/closed-group/threads", json=wish)
    assert await unread(client, "ben") == {"closed-group": 1}
    assert (await client("ben").put("/api/v1/groups/closed-group/reading")).status_code == 204
    assert await unread(client, "ben") == {}


async def test_a_muted_thread_and_a_group_one_left_count_nothing(client, cast):
    thread = f"/api/v1/threads/{cast.threads['public']}"
    await client("ben").put(thread + "/follow", json={"level": "mute"})
    await client("fay").post(thread + "/posts", json={"body": "New."})
    assert await unread(client, "ben") == {}
    await client("sol").delete("/api/v1/groups/public-group/membership")
    assert await unread(client, "sol") == {}


async def test_a_newcomer_begins_with_what_comes_after(client, cast):
    await client("cem").put("/api/v1/groups/public-group/membership")
    assert await unread(client, "cem") == {}
    await client("fay").post(f"/api/v1/threads/{cast.threads['public']}/posts", json={"body": "New."})
    assert await unread(client, "cem") == {"public-group": 1}
