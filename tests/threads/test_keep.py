"""Follow, bookmark, drafts."""
import pytest

pytestmark = pytest.mark.anyio


async def test_follow_levels(client, cast):
    thread, group = f"/api/v1/threads/{cast.threads['public']}", "/api/v1/groups/public-group"
    for path in (thread, group):
        for level in ("all", "mute"):
            assert (await client("ben").put(path + "/follow", json={"level": level})).status_code == 204
            assert (await client("ben").get(path)).json()["follow"] == level
        assert (await client("ben").put(path + "/follow", json={"level": "shout"})).status_code == 422
        assert (await client("ben").delete(path + "/follow")).status_code == 204
        assert (await client("ben").get(path)).json()["follow"] is None


async def test_a_bookmark_is_kept_once_and_hidden_with_its_post(client, cast):
    for kind in ("public", "closed"):
        for _ in range(2):
            await client("sol").put(f"/api/v1/posts/{cast.first[kind]}/bookmark")
    kept = (await client("sol").get("/api/v1/bookmarks")).json()["items"]
    assert [mark["post_id"] for mark in kept] == [cast.first["closed"], cast.first["public"]]
    await client("sol").delete("/api/v1/groups/closed-group/membership")
    kept = (await client("sol").get("/api/v1/bookmarks")).json()["items"]
    assert [mark["post_id"] for mark in kept] == [cast.first["public"]]
    await client("sol").delete(f"/api/v1/posts/{cast.first['public']}/bookmark")
    assert (await client("sol").get("/api/v1/bookmarks")).json()["items"] == []


async def test_a_draft_is_changed_by_version(client, cast):
    ben = client("ben")
    made = await ben.post("/api/v1/drafts", json={"group": "closed-group", "title": "Idea", "body": "Half a"})
    path = made.headers["location"]
    assert made.status_code == 201
    text = {"group": "closed-group", "title": "Idea", "body": "Half a thought"}
    assert (await ben.put(path, json=text)).status_code == 428
    assert (await ben.put(path, json=text, headers={"If-Match": made.headers["etag"]})).json()["version"] == 2
    stale = await ben.put(path, json=text | {"body": "Other tab"}, headers={"If-Match": '"1"'})
    assert stale.json()["details"] == {"yours": "Other tab", "theirs": "Half a thought", "version": 2}
    assert (await client("fay").get(path)).status_code == 404
    assert (await ben.delete(path)).status_code == 204
    assert (await ben.get(path)).status_code == 404


@pytest.mark.parametrize("place", [{}, {"group": "public-group", "thread": 1}])
async def test_a_draft_has_one_place(client, cast, place):
    assert (await client("ben").post("/api/v1/drafts", json={"body": "Text", **place})).status_code == 422


async def test_a_draft_outlives_the_right_to_send_it(client, cast):
    made = await client("sol").post("/api/v1/drafts", json={"thread": cast.threads["closed"], "body": "Mine"})
    await client("sol").delete("/api/v1/groups/closed-group/membership")
    draft = (await client("sol").get(made.headers["location"])).json()
    assert draft["body"] == "Mine"
    assert draft["group"] is draft["thread_id"] is draft["thread_title"] is None
