"""Looking after threads, over HTTP: what readers see, where addresses lead, who is refused, and how it is undone."""
import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching import engine
from tests.cast import Cast
from tests.initiatives.making import make
from tests.searching.engines import MemoryEngine

pytestmark = pytest.mark.anyio


async def sql(statement, *values):
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


def faults(response):
    return {each["field"]: each["code"] for each in response.json()["errors"]}


async def last_act():
    return await sql("SELECT max(id) FROM acts")


async def undo(client, who="fay"):
    return await client(who, browser=True).post(f"/acts/{await last_act()}/undo")


@pytest.fixture
def public(cast: Cast) -> int:
    return cast.threads["public"]


@pytest.fixture
async def other(client, cast: Cast) -> int:
    made = await client("ben").post(
        "/api/v1/groups/public-group/threads", json={"title": "Another thread", "body": "Its first post."}
    )
    return made.json()["id"]


async def test_merged_the_old_address_leads_to_the_right_post(client, cast, public, other):
    fay, ben = client("fay"), client("ben", browser=True)
    assert (await fay.put(f"/api/v1/threads/{public}/merger", json={"into": other})).status_code == 204
    page = await ben.get(f"/t/{public}/thread")
    assert (page.status_code, page.headers["location"]) == (303, f"/t/{other}/another-thread#p2")
    answer = await client("ben").get(f"/api/v1/threads/{public}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/api/v1/threads/{other}?after=1&limit=25")
    post = await ben.get(f"/p/{cast.second['public']}")
    assert post.headers["location"] == f"/t/{other}/another-thread#p3"
    assert "Post 2 in the public group" in (await ben.get(f"/t/{other}/another-thread")).text
    assert (await fay.get(f"/api/v1/threads/{other}")).json()["post_count"] == 3


async def test_a_merger_is_undone_and_what_was_written_since_stays(client, cast, public, other):
    fay = client("fay")
    await fay.put(f"/api/v1/threads/{public}/merger", json={"into": other})
    late = await client("ben").post(f"/api/v1/threads/{public}/posts", json={"body": "A late reply."})
    assert (late.status_code, late.json()["thread_id"], late.json()["number"]) == (201, other, 4)
    assert (await undo(client)).status_code == 303
    back = (await fay.get(f"/api/v1/threads/{public}")).json()
    assert [post["id"] for post in back["posts"]["items"]] == [cast.first["public"], cast.second["public"]]
    there = (await fay.get(f"/api/v1/threads/{other}")).json()["posts"]["items"]
    assert [post["state"] for post in there] == ["public", "moved", "moved", "public"]
    assert there[1]["moved_to"] == {"thread_id": public, "title": back["title"], "number": 1}


async def test_a_reply_to_a_post_that_went_to_more_readers_is_kept_and_not_sent(client, cast, public):
    fay, closed = client("fay"), cast.threads["closed"]
    await fay.put(f"/api/v1/threads/{closed}/merger", json={"into": public, "widening": True})
    sent = await client("ben").post(f"/api/v1/threads/{closed}/posts", json={"body": "For us only."})
    assert (sent.status_code, sent.json()["code"]) == (409, "thread_moved_away")


async def test_a_merged_thread_gives_away_nothing_of_a_shut_one(client, cast, public):
    hidden = cast.threads["hidden"]
    merged = await client("fay").put(f"/api/v1/threads/{public}/merger", json={"into": hidden})
    assert merged.status_code == 204
    for who in ("stranger", "cem"):
        assert (await client(who).get(f"/api/v1/threads/{public}")).status_code == 404


async def test_a_split_leaves_one_line_that_leads_on(client, cast, public):
    for n in range(3):
        await client("ben").post(f"/api/v1/threads/{public}/posts", json={"body": f"Aside {n}."})
    rows = (await client("fay").get(f"/api/v1/threads/{public}")).json()["posts"]["items"]
    ids = [post["id"] for post in rows[2:]]
    made = await client("fay").post(f"/api/v1/threads/{public}/split", json={"posts": ids, "title": "An aside"})
    assert made.status_code == 201
    assert [post["number"] for post in made.json()["posts"]["items"]] == [1, 2, 3]
    page = (await client("ben", browser=True).get(f"/t/{public}/thread")).text
    assert page.count("Moved to") == 1
    assert "#3–#5" in page
    assert all(f'id="p{n}"' in page for n in range(1, 6))
    answer = await client("ben").post(
        f"/api/v1/threads/{public}/posts", json={"body": "To the aside.", "in_reply_to": ids[0]}
    )
    assert answer.json()["thread_id"] == made.json()["id"]


async def test_a_split_of_all_posts_leaves_a_redirect(client, cast, public):
    ids = [cast.first["public"], cast.second["public"]]
    made = await client("fay").post(f"/api/v1/threads/{public}/split", json={"posts": ids, "title": "Anew"})
    page = await client("stranger", browser=True).get(f"/t/{public}")
    assert page.headers["location"] == f"/t/{made.json()['id']}/anew#p1"


async def test_posts_are_chosen_on_a_plain_page(client, cast, public):
    fay = client("fay", browser=True)
    form = await fay.get(f"/t/{public}/split")
    assert f'value="{cast.second["public"]}"' in form.text
    refused = await fay.post(f"/t/{public}/split", data={"title": "An aside", "reason": "Kept."})
    assert refused.status_code == 422
    assert "Kept." in refused.text
    done = await fay.post(f"/t/{public}/split", data={"title": "An aside", "posts": str(cast.second["public"])})
    assert done.status_code == 303


@pytest.mark.parametrize("post", ("closed", "hidden", "nowhere"))
async def test_posts_of_another_thread_are_refused_alike(client, cast, public, post):
    wanted = cast.second.get(post, 987_654_321)
    path = f"/api/v1/threads/{public}/split"
    sent = await client("fay").post(path, json={"posts": [wanted], "title": "An aside"})
    assert (sent.status_code, faults(sent)) == (422, {"posts": "not_in_thread"})


async def test_a_wider_audience_is_meant_and_told(client, cast, public):
    fay, closed = client("fay"), cast.threads["closed"]
    path = f"/api/v1/threads/{closed}/group"
    refused = await fay.put(path, json={"group": "public-group"})
    assert (refused.status_code, faults(refused)) == (422, {"widening": "wider_audience"})
    form = await client("fay", browser=True).post(f"/t/{closed}/move", data={"group": "public-group"})
    assert "2 members wrote in this thread" in form.text
    assert (await fay.put(path, json={"group": "public-group", "widening": True})).status_code == 204
    engine.install(MemoryEngine())
    await drain()
    told = (await client("ben").get("/api/v1/notices")).json()["items"]
    assert [(each["thread_id"], each["actor"]) for each in told if each["kind"] == "widened"] == [(closed, None)]
    assert [each["act"] and each["act"]["kind"] for each in told][-2:].count("thread.moved") == 1


async def test_whose_authors_lose_it_is_said_first(client, cast, public):
    await client("cem").put("/api/v1/groups/public-group/membership")
    await client("cem").post(f"/api/v1/threads/{public}/posts", json={"body": "From Cem."})
    fay = client("fay", browser=True)
    form = await fay.post(f"/t/{public}/move", data={"group": "hidden-group"})
    assert form.status_code == 422
    assert "One of its authors could then no longer read" in form.text
    assert (await fay.post(f"/t/{public}/move", data={"group": "hidden-group", "seen": "1"})).status_code == 303


@pytest.mark.parametrize("slug", ("hidden-group", "no-such-group"))
async def test_a_group_that_one_cannot_see_is_none(client, cast, public, slug):
    sent = await client("ada").put(f"/api/v1/threads/{public}/group", json={"group": slug})
    assert (sent.status_code, faults(sent)) == (422, {"group": "unknown_group"})


async def test_undo_after_a_day_or_without_the_right(client, cast, public):
    await client("fay").put(f"/api/v1/threads/{public}/group", json={"group": "members-group"})
    members = cast.groups["members"]
    await sql("UPDATE memberships SET role = 'member' WHERE group_id = $1 AND member_id = $2", members,
              cast.members["fay"])  # fmt: skip
    assert (await undo(client)).status_code == 403
    await sql("UPDATE memberships SET role = 'facilitator' WHERE group_id = $1 AND member_id = $2", members,
              cast.members["fay"])  # fmt: skip
    await sql("UPDATE acts SET created_at = now() - interval '25 hours' WHERE id = $1", await last_act())
    assert (await undo(client)).status_code == 409
    assert await sql("SELECT group_id FROM threads WHERE id = $1", public) == members


async def test_the_discussion_of_an_initiative_stays(client, cast, public, other):
    await make(cast.groups["public"], cast.members["ben"], "gathering", thread_id=public)
    fay = client("fay")
    for path, body in (("group", {"group": "members-group"}), ("merger", {"into": other})):
        sent = await fay.put(f"/api/v1/threads/{public}/{path}", json=body)
        assert (sent.status_code, sent.json()["code"]) == (409, "thread_of_initiative")
    first = {"posts": [cast.first["public"]], "title": "An aside"}
    sent = await fay.post(f"/api/v1/threads/{public}/split", json=first)
    assert (sent.status_code, sent.json()["code"]) == (409, "post_of_initiative")


async def test_a_lock_says_why_and_ends(client, cast, public):
    fay, page = client("fay"), f"/t/{public}/thread"
    await fay.put(f"/api/v1/threads/{public}/lock", json={"reason": "It is settled."})
    assert "It is settled." in (await client("ben", browser=True).get(page)).text
    reply = await client("ben").post(f"/api/v1/threads/{public}/posts", json={"body": "Still."})
    assert (reply.status_code, reply.json()["code"]) == (403, "thread_locked")
    await fay.delete(f"/api/v1/threads/{public}/lock")
    await undo(client)
    assert "It is settled." in (await client("ben", browser=True).get(page)).text
    await sql("UPDATE threads SET locked_until = now() - interval '1 minute' WHERE id = $1", public)
    assert (await client("ben").post(f"/api/v1/threads/{public}/posts", json={"body": "Now."})).status_code == 201


async def test_a_pin_everywhere_is_for_staff_and_stands_first(client, cast, public, other):
    path = f"/api/v1/threads/{public}/pin"
    assert (await client("fay").put(path, json={"everywhere": True})).status_code == 403
    assert (await client("ada").put(path, json={"everywhere": True})).status_code == 204
    for list_of in ("/api/v1/threads", "/api/v1/groups/public-group/threads", "/api/v1/groups/elsewhere/threads"):
        assert (await client("ben").get(list_of)).json()["items"][0]["id"] == public
    assert (await client("fay").delete(path)).status_code == 403
    assert (await client("ada").put(path, json={"until": "2020-01-01T00:00:00Z"})).status_code == 422


async def test_a_thread_is_listed_twice_and_counted_once(client, cast, public):
    path = f"/api/v1/threads/{cast.threads['closed']}/listings/public-group"
    assert (await client("fay").put(path)).status_code == 204
    listed = "/api/v1/groups/public-group/threads"
    assert {t["id"] for t in (await client("ben").get(listed)).json()["items"]} == {public, cast.threads["closed"]}
    assert {t["id"] for t in (await client("cem").get(listed)).json()["items"]} == {public}
    assert (await undo(client)).status_code == 303
    assert {t["id"] for t in (await client("ben").get(listed)).json()["items"]} == {public}


async def test_a_duplicate_links_and_stays_open(client, cast, public, other):
    path = f"/api/v1/threads/{other}/duplicate-of"
    assert (await client("fay").put(path, json={"of": public})).status_code == 204
    page = (await client("ben", browser=True).get(f"/t/{other}/another-thread")).text
    assert "Another thread is about the same" in page
    assert (await client("ben").post(f"/api/v1/threads/{other}/posts", json={"body": "On."})).status_code == 201
    circle = await client("fay").put(f"/api/v1/threads/{public}/duplicate-of", json={"of": other})
    assert faults(circle) == {"of": "duplicate_of_this"}
    await client("fay").delete(path)
    assert (await client("fay").get(f"/api/v1/threads/{other}")).json()["duplicate_of"] is None


@pytest.mark.parametrize("way", ("move", "merge"))
async def test_what_was_decided_goes_along_to_those_who_look_after_it_now(client, cast, public, other, way):
    """Ada looks after the public group, and may not read the closed one."""
    post, ada = cast.first["public"], client("ada")
    case = (await ada.put(f"/api/v1/posts/{post}/case")).json()["id"]
    verdict = {"decision": "hide", "reason": "off_topic", "words": "Not here."}
    assert (await ada.put(f"/api/v1/cases/{case}/decision", json=verdict, headers={"If-Match": '"1"'})).is_success
    act = await last_act()
    if way == "move":
        sent = await client("fay").put(f"/api/v1/threads/{public}/group", json={"group": "closed-group"})
    else:
        into = cast.threads["closed"]
        sent = await client("fay").put(f"/api/v1/threads/{public}/merger", json={"into": into})
    assert sent.is_success, sent.text
    assert (await ada.get(f"/api/v1/cases/{case}")).status_code == 403
    assert (await ada.delete(f"/api/v1/acts/{act}")).status_code == 403
    assert (await client("fay").get(f"/api/v1/cases/{case}")).json()["line"]["group"]["slug"] == "closed-group"
