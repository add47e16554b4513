"""A post that nobody flagged is decided in a case as well; what was hidden comes back, also after a day."""
import pytest

from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio


@pytest.fixture
def post(cast):
    return cast.first["public"]


async def state(post):
    async with connection() as sql:
        return await sql.fetchval("SELECT state FROM posts WHERE id = $1", post)


async def hide(client, post):
    case = (await client("fay").put(f"/api/v1/posts/{post}/case")).json()["id"]
    words = {"decision": "hide", "reason": "off_topic", "words": "This belongs elsewhere."}
    decided = await client("fay").put(f"/api/v1/cases/{case}/decision", json=words, headers={"If-Match": '"1"'})
    assert (decided.status_code, await state(post)) == (200, "hidden")
    return case


async def test_it_is_taken_up_once_and_decided_like_any_other(client, cast, post):
    browser = client("fay", browser=True)
    assert "Decide about it" in (await browser.get(f"/t/{cast.threads['public']}/thread")).text
    first = await browser.post(f"/p/{post}/case", data={})
    second = await browser.post(f"/p/{post}/case", data={})
    assert first.status_code == 303 and first.headers["location"] == second.headers["location"]
    assert (await browser.get(first.headers["location"])).status_code == 200
    case = await hide(client, post)
    assert first.headers["location"].endswith(f"/{case}")


async def test_what_was_hidden_comes_back_and_can_be_hidden_again(client, cast, post):
    case = await hide(client, post)
    async with connection() as sql:
        await sql.execute("UPDATE acts SET created_at = now() - interval '3 days'")
    page = await client("fay", browser=True).get(f"/moderation/cases/{case}")
    assert "Bring the post back" in page.text
    assert (await client("fay").delete(f"/api/v1/posts/{post}/hiding")).status_code == 204
    assert await state(post) == "public"
    assert (await client("fay").delete(f"/api/v1/posts/{post}/hiding")).json()["code"] == "not_taken_away"
    act = (await client("fay").get("/api/v1/groups/public-group/log")).json()["items"][0]
    assert (act["kind"], act["may_undo"]) == ("post.restored", True)
    assert (await client("fay").delete(f"/api/v1/acts/{act['id']}")).status_code == 204
    assert await state(post) == "hidden"


async def test_what_its_author_withdrew_stays_withdrawn(client, cast, post):
    await client("ben").delete(f"/api/v1/posts/{post}")
    for method, path in (("PUT", "case"), ("DELETE", "hiding")):
        assert (await client("fay").request(method, f"/api/v1/posts/{post}/{path}")).status_code == 404


async def test_nobody_brings_back_what_is_their_own(client, cast, post):
    async with connection() as sql:
        await sql.execute(
            "UPDATE memberships SET role = 'facilitator' WHERE group_id = $1 AND member_id = $2",
            cast.groups["public"], cast.members["ben"],
        )  # fmt: skip
        written = await sql.fetchval("SELECT created_at::date FROM posts WHERE id = $1", post)
    await hide(client, post)
    refused = await client("ben").delete(f"/api/v1/posts/{post}/hiding")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_case")
    await client("fay").delete(f"/api/v1/posts/{post}/hiding")
    wish = {"day": written.isoformat(), "group": "public-group", "reason": "A flood."}
    assert (await client("fay").post("/api/v1/members/ben/day-removals", json=wish)).status_code == 200
    act = (await client("fay").get("/api/v1/groups/public-group/log")).json()["items"][0]["id"]
    refused = await client("ben").delete(f"/api/v1/acts/{act}")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_case")
    assert await state(post) == "removed"


async def test_what_was_deleted_for_good_is_not_told_to_be_back(client, cast, post):
    await hide(client, post)
    async with connection() as sql:
        await sql.execute("UPDATE posts SET body = '–', renderer = 0 WHERE id = $1", post)
    assert (await client("fay").delete(f"/api/v1/posts/{post}/hiding")).json()["code"] == "not_taken_away"
    async with connection() as sql:
        assert await sql.fetchval("SELECT count(*) FROM acts WHERE kind = 'post.restored'") == 0
