"""What comes after an act: undone elsewhere, merged on, launched meanwhile; nothing is told, shown or lost by it."""
import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching import engine
from tests.cast import Cast
from tests.initiatives.making import make
from tests.moderation.making import case
from tests.searching.engines import MemoryEngine

pytestmark = pytest.mark.anyio


async def sql(statement, *values):
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def last_act(kind):
    return await sql("SELECT max(id) FROM acts WHERE kind = $1", kind)


async def undo(client, kind):
    return await client("fay", browser=True).post(f"/acts/{await last_act(kind)}/undo")


async def widened(client, who):
    engine.install(MemoryEngine())
    await drain()
    told = (await client(who).get("/api/v1/notices")).json()["items"]
    return [each["thread_id"] for each in told if each["kind"] == "widened"]


@pytest.fixture
def public(cast: Cast) -> int:
    return cast.threads["public"]


async def merge(client, source, into):
    sent = await client("fay").put(f"/api/v1/threads/{source}/merger", json={"into": into, "widening": True})
    assert sent.status_code == 204, sent.text


async def split(client, thread, *posts):
    sent = await client("fay").post(f"/api/v1/threads/{thread}/split", json={"posts": posts, "title": "An aside"})
    assert sent.status_code == 201, sent.text
    return sent.json()["id"]


@pytest.mark.parametrize("into", ("closed", "hidden"))
async def test_the_summary_goes_where_the_posts_went(client, cast, public, into):
    path = f"/api/v1/threads/{public}/summary"
    assert (await client("fay").put(path, json={"body": "Ben is to be paid."})).status_code == 200
    await merge(client, public, cast.threads[into])
    for who in ("stranger", "cem", "ben"):
        for address in (path, path + "/revisions"):
            assert (await client(who).get(address)).status_code == 404
        page = await client(who, browser=True).get(f"/t/{public}/summary/history")
        assert page.status_code == 404 and "Ben is to be paid" not in page.text


@pytest.mark.parametrize("into", ("members", "closed", "hidden"))
async def test_an_undone_merger_that_widens_is_told(client, cast, public, into):
    await merge(client, public, cast.threads[into])
    assert await widened(client, "ben") == []
    assert (await undo(client, "thread.merged")).status_code == 303
    assert await widened(client, "ben") == [public]


async def test_an_undone_split_that_widens_is_told(client, cast, public):
    made = await split(client, public, cast.second["public"])
    moved = await client("fay").put(f"/api/v1/threads/{made}/group", json={"group": "closed-group"})
    assert moved.status_code == 204
    assert (await undo(client, "thread.split")).status_code == 303
    author = await sql("SELECT username FROM members m JOIN posts p ON p.author_id = m.id WHERE p.id = $1",
                       cast.second["public"])  # fmt: skip
    assert await widened(client, author) == ([public] if author != "fay" else [])


async def test_between_two_closed_groups_both_ways_are_told(client, cast):
    closed = cast.threads["closed"]
    to = {"group": "hidden-group", "widening": True}
    assert (await client("fay").put(f"/api/v1/threads/{closed}/group", json=to)).status_code == 204
    assert await widened(client, "ben") == [closed]
    assert (await undo(client, "thread.moved")).status_code == 303
    assert await widened(client, "ben") == [closed, closed]


async def test_the_last_public_posts_of_an_initiative_are_not_split_off(client, cast, public):
    await make(cast.groups["public"], cast.members["ben"], "gathering", thread_id=public)
    await sql("UPDATE posts SET state = 'hidden' WHERE id = $1", cast.first["public"])
    wish = {"posts": [cast.second["public"]], "title": "An aside"}
    sent = await client("fay").post(f"/api/v1/threads/{public}/split", json=wish)
    assert (sent.status_code, sent.json()["code"]) == (409, "thread_of_initiative")


async def test_what_became_a_discussion_meanwhile_is_not_undone_away(client, cast, public):
    made = await split(client, public, cast.second["public"])
    await make(cast.groups["public"], cast.members["ben"], "gathering", thread_id=made)
    assert (await undo(client, "thread.split")).status_code == 409
    assert await sql("SELECT merged_into_id FROM threads WHERE id = $1", made) is None


async def test_the_draft_of_an_initiative_lets_a_thread_go_that_was_emptied(client, cast, public):
    draft = await make(cast.groups["public"], cast.members["ben"], "draft", thread_id=public)
    await split(client, public, cast.first["public"], cast.second["public"])
    assert await sql("SELECT thread_id FROM initiatives WHERE id = $1", draft) is None


async def test_no_initiative_is_drafted_from_a_thread_that_leads_elsewhere(client, cast, public):
    await split(client, public, cast.first["public"], cast.second["public"])
    wish = {"title": "Bicycle stands", "thread": public}
    sent = await client("ben").post("/api/v1/groups/public-group/initiatives", json=wish)
    assert sent.status_code == 404, sent.text


async def test_a_collected_thread_that_was_merged_twice_is_still_shown(client, cast, public):
    fay = client("fay")
    made = await fay.post("/api/v1/groups/public-group/collections", json={"title": "Read these"})
    await fay.post(f"/api/v1/collections/{made.json()['id']}/items", json={"address": f"/t/{public}"})
    one = (await fay.post("/api/v1/groups/public-group/threads", json={"title": "One", "body": "A."})).json()["id"]
    two = (await fay.post("/api/v1/groups/public-group/threads", json={"title": "Two", "body": "B."})).json()["id"]
    await merge(client, public, one)
    await merge(client, one, two)
    doc = (await client("stranger").get(f"/api/v1/collections/{made.json()['id']}")).json()
    assert [item["thread"]["id"] for item in doc["items"]] == [two]
    log = (await client("ben").get("/api/v1/groups/public-group/log")).json()["items"]
    assert [act["thread"]["id"] for act in log if act["kind"] == "thread.merged"] == [two, two]


async def test_a_thread_that_was_merged_is_pinned_nowhere(client, cast, public):
    ada = client("ada")
    for n in range(4):
        new = {"title": f"Thread {n}", "body": "Body."}
        one = (await client("ben").post("/api/v1/groups/public-group/threads", json=new)).json()["id"]
        pinned = await ada.put(f"/api/v1/threads/{one}/pin", json={"everywhere": True})
        assert pinned.status_code == 204, pinned.text
        await merge(client, one, public)


async def test_however_many_are_pinned_none_is_missing_from_its_group(client, cast, public):
    await sql("UPDATE threads SET pinned_at = now() WHERE id = $1", public)
    for n in range(10):
        new = {"title": f"Thread {n}", "body": "Body."}
        made = await client("ben").post("/api/v1/groups/members-group/threads", json=new)
        pinned = await client("fay").put(f"/api/v1/threads/{made.json()['id']}/pin", json={})
        assert pinned.status_code == 204, pinned.text
    path, to = f"/api/v1/threads/{public}/group", {"group": "members-group"}
    refused = await client("fay").put(path, json=to)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_pins")
    await client("fay").delete(f"/api/v1/threads/{made.json()['id']}/pin")
    assert (await client("fay").put(path, json=to)).status_code == 204
    shown = (await client("ben").get("/api/v1/groups/members-group/threads?limit=50")).json()["items"]
    assert public in [each["id"] for each in shown]


@pytest.fixture
async def judged(client, cast, public) -> int:
    """The case of a post of Cem's that Fay hid; its act can be undone."""
    await client("cem").put("/api/v1/groups/public-group/membership")
    sent = await client("cem").post(f"/api/v1/threads/{public}/posts", json={"body": "From Cem."})
    made = await case(cast.groups["public"], cast.members["cem"], post_id=sent.json()["id"])
    verdict = {"decision": "hide", "reason": "spam", "words": "Not here."}
    decided = await client("fay").put(f"/api/v1/cases/{made}/decision", json=verdict, headers={"If-Match": '"1"'})
    assert decided.status_code in (200, 204), decided.text
    return made


@pytest.mark.parametrize("way", ("merged", "moved"))
async def test_a_decided_case_is_of_those_who_look_after_its_post_now(client, cast, public, judged, way):
    if way == "merged":
        await merge(client, public, cast.threads["hidden"])
    else:
        moved = await client("fay").put(f"/api/v1/threads/{public}/group", json={"group": "hidden-group"})
        assert moved.status_code == 204
    assert (await client("ada").get(f"/api/v1/cases/{judged}")).status_code == 404
    page = await client("ada", browser=True).get("/moderation?decided=1")
    assert page.status_code == 200 and f"/moderation/cases/{judged}" not in page.text
    act = await last_act("post.hidden")
    assert (await client("ada", browser=True).post(f"/acts/{act}/undo")).status_code == 404
    verdict = (await client("cem", browser=True).get(f"/appeals/{judged}")).text
    title = await sql("SELECT title FROM threads WHERE id = $1", cast.threads["hidden"] if way == "merged" else public)
    assert "From Cem." in verdict and title not in verdict
    assert (await client("fay").get(f"/api/v1/cases/{judged}")).status_code == 200


async def test_the_head_of_a_merged_thread_is_not_changed(client, cast, public):
    await merge(client, public, cast.threads["members"])
    wish, head = {"title": "Another title"}, {"If-Match": '"1"'}
    sent = await client("fay").patch(f"/api/v1/threads/{public}", json=wish, headers=head)
    assert (sent.status_code, sent.json()["code"]) == (403, "thread_moved")
    assert await sql("SELECT title FROM threads WHERE id = $1", public) != "Another title"


async def test_a_verdict_on_a_thread_is_not_undone_where_its_posts_are_others_to_look_after(client, cast, public):
    made = await case(cast.groups["public"], cast.members["ben"], thread_id=public)
    verdict = {"decision": "hide", "reason": "spam", "words": "Not here."}
    decided = await client("ada").put(f"/api/v1/cases/{made}/decision", json=verdict, headers={"If-Match": '"1"'})
    assert decided.status_code in (200, 204), decided.text
    act = await sql("SELECT max(id) FROM acts WHERE case_id = $1", made)
    await merge(client, public, cast.threads["hidden"])
    states = "SELECT array_agg(state::text ORDER BY id) FROM posts WHERE id = ANY($1::bigint[])"
    posts = [cast.first["public"], cast.second["public"]]
    assert (await client("ada", browser=True).post(f"/acts/{act}/undo")).status_code == 409
    assert await sql(states, posts) == ["hidden", "hidden"]
    assert (await client("fay", browser=True).post(f"/acts/{act}/undo")).status_code == 303
    assert await sql(states, posts) == ["public", "public"]
