"""Each affected member is told what was done and why; never by whom, unless the group says so."""
from html import unescape

import pytest

from forum.jobs.drain import drain
from forum.moderation.models import ActKind
from forum.notifications.acts import WORDS
from forum.notifications.jobs.moderation import NOT_TOLD, tell_of_undone
from tests.moderation.acting import act, sql

pytestmark = pytest.mark.anyio


async def told(client, who):
    await drain()
    found = (await client(who).get("/api/v1/notices")).json()["items"]
    return [notice for notice in found if notice["kind"] in ("acted", "undone")]


async def hide(cast, kind="public", by="fay", **more):
    """Ben's first post of a group is hidden."""
    await sql("UPDATE posts SET state = 'hidden' WHERE id = $1", cast.first[kind])
    where = {"group_id": cast.groups[kind], "thread_id": cast.threads[kind], "post_id": cast.first[kind]}
    return await act(
        cast.members.get(by), ActKind.POST_HIDDEN, **where, member_id=cast.members["ben"], reason="Too loud.", **more
    )


async def test_the_author_reads_what_and_why_and_not_who(client, cast):
    await hide(cast)
    (notice,) = await told(client, "ben")
    assert (notice["actor"], notice["act"]["by"], notice["act"]["reason"]) == (None, None, "Too loud.")
    assert (notice["post_id"], notice["group"]["slug"]) == (cast.first["public"], "public-group")
    page = unescape((await client("ben", browser=True).get("/notices")).text).partition("<main")[2]
    assert "A post of yours was hidden" in page and "“Too loud.”" in page and "/m/fay" not in page
    assert "Too loud." in (await client("ben", browser=True).get("/")).text
    for who in ("fay", "sol", "cem", "ada"):
        assert await told(client, who) == []


async def test_by_whom_where_both_groups_tell_names(client, cast):
    await hide(cast, other_group_id=cast.groups["members"])
    await sql("UPDATE groups SET log_names_moderators = true WHERE slug = 'public-group'")
    assert (await told(client, "ben"))[0]["act"]["by"] is None
    await sql("UPDATE groups SET log_names_moderators = true WHERE slug = 'members-group'")
    assert (await told(client, "ben"))[0]["act"]["by"]["username"] == "fay"
    assert "/m/fay" in (await client("ben", browser=True).get("/notices")).text


async def test_who_did_it_to_their_own_is_not_told(client, cast):
    await hide(cast, by="ben")
    assert await told(client, "ben") == []


async def test_what_the_forum_hides_by_itself_is_told_as_such(client, cast):
    where = {"group_id": cast.groups["public"], "post_id": cast.first["public"]}
    await act(None, ActKind.POST_HIDDEN, **where, undo={"was": {str(cast.first["public"]): "public"}})
    (notice,) = await told(client, "ben")
    assert notice["act"]["automatic"] and "by the forum itself" in (
        await client("ben", browser=True).get("/notices")
    ).text  # fmt: skip


async def test_everybody_whose_posts_were_hidden_with_a_thread_is_told(client, cast):
    was = {str(post): "public" for post in (cast.first["public"], cast.second["public"])}
    where = {"group_id": cast.groups["public"], "thread_id": cast.threads["public"]}
    await act(cast.members["ada"], ActKind.POST_HIDDEN, **where, member_id=cast.members["ben"], undo={"was": was})
    assert len(await told(client, "ben")) == len(await told(client, "fay")) == 1


@pytest.mark.parametrize("kind", ("closed", "hidden"))
async def test_in_a_group_that_one_reads_no_longer_nothing_but_the_act_is_told(client, cast, kind):
    await hide(cast, kind)
    (notice,) = await told(client, "ben")
    assert notice["excerpt"] and notice["thread_title"]
    await sql("DELETE FROM grants WHERE membership_id IN (SELECT id FROM memberships WHERE member_id = $1)",
              cast.members["ben"])  # fmt: skip
    await sql("DELETE FROM memberships WHERE member_id = $1", cast.members["ben"])
    (notice,) = await told(client, "ben")
    assert (notice["act"]["kind"], notice["act"]["reason"]) == ("post.hidden", "Too loud.")
    assert [notice[name] for name in ("thread_id", "thread_title", "post_id", "excerpt")] == [None] * 4
    assert (notice["group"] and notice["group"]["slug"]) == ("closed-group" if kind == "closed" else None)
    page = (await client("ben", browser=True).get("/notices")).text
    assert "Too loud." in page and "Thread in the" not in page and "Post 1 in" not in page


async def test_a_removed_post_is_told_of_without_its_text(client, cast):
    await hide(cast)
    await sql("UPDATE posts SET state = 'removed' WHERE id = $1", cast.first["public"])
    (notice,) = await told(client, "ben")
    assert (notice["excerpt"], notice["post_id"], notice["thread_id"]) == (None, None, cast.threads["public"])


async def test_a_verdict_leads_to_the_appeal(client, cast):
    case = await sql(
        "INSERT INTO cases (group_id, origin, post_id, author_id, decision, reason, decided_by_id, decided_at)"
        " VALUES ($1, 'flag', $2, $3, 'hide', 'offensive', $4, now()) RETURNING id",
        cast.groups["public"], cast.first["public"], cast.members["ben"], cast.members["fay"])  # fmt: skip
    await hide(cast, case_id=case)
    (notice,) = await told(client, "ben")
    assert (notice["act"]["case_id"], notice["act"]["case_reason"]) == (case, "offensive")
    assert f'href="/appeals/{case}"' in (await client("ben", browser=True).get("/notices")).text


async def test_threads_and_sanctions(client, cast):
    fay, ben = cast.members["fay"], cast.members["ben"]
    where = {"group_id": cast.groups["public"], "thread_id": cast.threads["public"]}
    for kind in (ActKind.THREAD_LOCKED, ActKind.THREAD_PINNED, ActKind.THREAD_MERGED, ActKind.THREAD_TAGGED):
        await act(fay, kind, **where, member_id=ben if kind is ActKind.THREAD_PINNED else None)
    await act(cast.members["ada"], ActKind.MEMBER_SILENCED, member_id=ben, reason="A week of rest.")
    kinds = [notice["act"]["kind"] for notice in await told(client, "ben")]
    assert kinds == ["member.silenced", "thread.merged", "thread.locked"]
    assert (await told(client, "ben"))[0]["act"]["by"] is None, "of the site's own acts nobody is named"


async def test_an_undoing_is_told_to_those_who_were_told(client, cast, site):
    early = await act(cast.members["fay"], ActKind.POST_NOTED, group_id=cast.groups["public"],
                      post_id=cast.first["public"], reason="Undone at once.", undo={})  # fmt: skip
    undo = "UPDATE acts SET undone_at = now(), undone_by_id = $2 WHERE id = $1"
    await sql(undo, early, cast.members["ada"])
    assert await told(client, "ben") == [], "what is undone by the time it would be told was nothing"
    late = await hide(cast, undo={})
    assert [notice["kind"] for notice in await told(client, "ben")] == ["acted"]
    await sql(undo, late, cast.members["ada"])
    await tell_of_undone(act_id=early)
    await tell_of_undone(act_id=late)
    newest, first = await told(client, "ben")
    assert (newest["kind"], newest["act"]["kind"], newest["act"]["reason"]) == ("undone", "post.hidden", "")
    assert first["act"]["case_id"] is None
    assert "This was undone" in (await client("ben", browser=True).get("/notices")).text


def test_every_kind_that_is_told_has_words():
    assert set(WORDS) == set(ActKind) - NOT_TOLD
