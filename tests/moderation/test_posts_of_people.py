"""A day's posts removed in one act; a text deleted for good; a text that staff changed behind the glass."""
from datetime import UTC, datetime
from typing import Any

import pytest

from forum.app import Site
from forum.jobs.drain import drain
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.models import Act, ActKind
from forum.moderation.posts import set_state
from forum.outbox.models import AuditEntry
from forum.searching.rebuild import rebuild
from forum.threads.models import Post, PostState
from tests.cast import Cast
from tests.moderation.asking import actor, sql

pytestmark = pytest.mark.anyio

WHY = {"reason": "A word-of-a-purge."}
TODAY = datetime.now(UTC).date().isoformat()


async def spam(client: Any, cast: Cast, *kinds: str) -> list[int]:
    posts = []
    for kind in kinds:
        for number in (1, 2):
            path = f"/api/v1/threads/{cast.threads[kind]}/posts"
            posts.append((await client("ben").post(path, json={"body": f"Buy {number}."})).json()["id"])
    return posts


async def states(posts: list[int]) -> list[str]:
    return [(await Post.get(id=post)).state.value for post in posts]


async def test_a_day_in_one_group_goes_and_comes_back(client: Any, cast: Cast, site: Site) -> None:
    here, elsewhere = await spam(client, cast, "public"), await spam(client, cast, "members")
    fay = client("fay", browser=True)
    counted = await fay.get(f"/m/ben/posts/remove-day?day={TODAY}&where=public-group")
    assert "3 posts would be removed." in counted.text  # with the one that opened the thread
    wish = WHY | {"day": TODAY, "group": "public-group"}
    done = await client("fay").post("/api/v1/members/ben/day-removals", json=wish)
    assert done.json() == {"posts": 3}
    assert await states(here + elsewhere) == ["removed"] * 2 + ["public"] * 2
    act = await Act.filter(kind=ActKind.DAY_REMOVED).get()
    assert (act.group_id, act.member_id) == (cast.groups["public"], cast.members["ben"])
    await set_state([here[1]], PostState.HIDDEN)  # somebody else, meanwhile
    await undo_act(await actor(site, "fay"), act.id)
    assert await states(here) == ["public", "hidden"]
    actions = await AuditEntry.filter(action__startswith="posts.").order_by("id").values_list("action", flat=True)
    assert [*actions] == ["posts.day_removed", "posts.day_removed.undone"]


async def test_staff_remove_everywhere_that_they_look_after(client: Any, cast: Cast, site: Site) -> None:
    posts = await spam(client, cast, "public", "members", "closed", "hidden")
    done = await client("ada").post("/api/v1/members/ben/day-removals", json=WHY | {"day": TODAY})
    assert done.json() == {"posts": 6}
    assert await states(posts) == ["removed"] * 4 + ["public"] * 4
    again = await client("ada").post("/api/v1/members/ben/day-removals", json=WHY | {"day": TODAY})
    assert (again.status_code, again.json()["code"]) == (409, "no_posts_that_day")
    assert (await client("fay").post("/api/v1/members/ben/day-removals", json=WHY | {"day": TODAY})).status_code == 403
    act = await Act.filter(kind=ActKind.DAY_REMOVED).get()
    await undo_act(await actor(site, "adi"), act.id)
    assert await states(posts) == ["public"] * 8


@pytest.mark.parametrize("sent", [{"day": "2026-13-40"}, {"day": ""}, {"where": ""}, {"reason": ""}], ids=str)
async def test_a_form_that_lacks_something_comes_back(sent: dict[str, str], client: Any) -> None:
    fields = {"day": TODAY, "where": "public-group", "reason": "Because of the noise."} | sent
    answer = await client("fay", browser=True).post("/m/ben/posts/remove-day", data=fields)
    assert answer.status_code == 422


async def glass(client: Any, who: str, group: str = "public-group") -> None:
    assert (await client(who).put(f"/api/v1/groups/{group}/glass", json=WHY)).status_code == 200


async def test_a_purged_text_is_nowhere_any_more(client: Any, cast: Cast) -> None:
    await rebuild()
    post = (await spam(client, cast, "public"))[0]
    path = f"/api/v1/posts/{post}"
    await client("ben").patch(path, json={"body": "Buy zqpurged, @fay."}, headers={"If-Match": '"1"'})
    await client("fay").put(path + "/reactions/thanks")
    await drain()
    assert (await client("adi").put(path + "/purge", json=WHY)).json()["code"] == "glass_needed"
    await glass(client, "adi")
    assert (await client("adi").put(path + "/purge", json={"reason": ""})).status_code == 422
    assert (await client("adi").put(path + "/purge", json=WHY)).status_code == 204
    await drain()
    for table in ("revisions", "reactions", "mentions", "notices"):
        left = "SELECT count(*) FROM " + table + " WHERE post_id = $1" + (
            " AND kind <> 'acted'" if table == "notices" else ""
        )
        assert await sql(left, post) == 0, table
    row = await Post.get(id=post)
    assert (row.state, row.body, row.text, row.html) == (PostState.REMOVED, "–", "", "")
    page = (await client("fay").get(f"/api/v1/threads/{cast.threads['public']}/posts")).json()["items"]
    assert [(one["number"], one["author"]) for one in page][2] == (3, None)
    assert "zqpurged" not in (await client("fay").get("/api/v1/search?q=zqpurged")).text.replace("q=zqpurged", "")
    await set_state([post], PostState.PUBLIC)
    assert await states([post]) == ["removed"]
    act = await Act.filter(kind=ActKind.POST_PURGED).get()
    assert act.undo is None and act.reason == WHY["reason"]


async def test_a_poll_is_not_purged(client: Any, cast: Cast) -> None:
    await glass(client, "adi")
    await sql("UPDATE posts SET kind = 'poll' WHERE id = $1 RETURNING id", cast.second["public"])
    refused = await client("adi").put(f"/api/v1/posts/{cast.second['public']}/purge", json=WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "poll_not_purged")


async def test_what_staff_edit_is_in_the_ledger_and_its_author_is_told(client: Any, cast: Cast) -> None:
    post = cast.first["closed"]
    await glass(client, "ada", "closed-group")
    edited = await client("ada").patch(
        f"/api/v1/posts/{post}", json={"body": "Without the address."}, headers={"If-Match": '"1"'}
    )
    assert edited.status_code == 200
    act = await Act.filter(kind=ActKind.POST_EDITED).get()
    assert (act.post_id, act.member_id, act.reason) == (post, cast.members["ben"], WHY["reason"])
    revisions = (await client("ben").get(f"/api/v1/posts/{post}/revisions")).json()
    assert "Post 1 in the closed group" in str(revisions)
    await sql("DELETE FROM pgqueuer WHERE entrypoint LIKE 'searching%' RETURNING id")
    await drain()
    told = (await client("ben").get("/api/v1/notices")).json()["items"]
    assert "acted" in [one["kind"] for one in told]


async def test_ones_own_edit_is_no_act(client: Any, cast: Cast) -> None:
    path = f"/api/v1/posts/{cast.first['public']}"
    await client("ben").patch(path, json={"body": "Better."}, headers={"If-Match": '"1"'})
    assert await Act.all().count() == 0
