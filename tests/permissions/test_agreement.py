"""What the policies say and what the statements return is one thing, whoever asks and whatever stands there."""
import hashlib
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.actor import Actor
from forum.app import Site
from forum.groups import policies as group_rules
from forum.groups import queries as groups
from forum.kit.errors import Refusal
from forum.kit.transaction import connection
from forum.kit.verdict import Verdict
from forum.members.policies import can_see_people
from forum.notifications import queries as notices
from forum.notifications.jobs import posts as telling
from forum.searching.queries import statements as searching
from forum.searching.queries.suggestions import SUGGEST
from forum.site import queries as first_page
from forum.threads import policies as rules
from forum.threads import queries as threads
from forum.threads.statements import READERS_NAMED
from tests.cast import KINDS, NAMES, STRANGER, Cast, api_token

pytestmark = pytest.mark.anyio

STATES = ("public", "pending", "hidden", "withdrawn")
WORLD = st.fixed_dictionaries(
    {
        "who": st.sampled_from((STRANGER, *NAMES)),
        "visibility": st.sampled_from(KINDS),
        "place": st.sampled_from((None, "reader", "member", "facilitator")),
        "banned": st.booleans(),
        "status": st.sampled_from(("pending", "active", "suspended", "ended")),
        "staff": st.sampled_from((None, "moderator", "admin")),
        "state": st.sampled_from(STATES),
        "own": st.booleans(),
    }
)


@given(world=WORLD)
@settings(
    max_examples=70,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_policies_and_statements_agree(world: dict[str, Any], site: Site, cast: Cast) -> None:
    async with connection() as raw:
        fresh = raw.transaction()
        await fresh.start()
        try:
            await _mutate(raw, world, cast)
            who = world["who"]
            token = None if who == STRANGER else hashlib.sha256(api_token(who).encode()).digest()
            actor = (await site.directory.actor_for(session_hash=None, token_hash=token)).actor
            await _agree(raw, actor, world, cast)
        finally:
            await fresh.rollback()


async def _mutate(raw: Any, world: dict[str, Any], cast: Cast) -> None:
    group, member = cast.groups["public"], cast.members.get(world["who"])
    await raw.execute("UPDATE groups SET visibility = $2 WHERE id = $1", group, world["visibility"])
    post = cast.second["public"]
    await raw.execute(
        "UPDATE posts SET state = $2::text, number = CASE WHEN $2::text = 'pending' THEN NULL ELSE number END,"
        " text = 'somewords' WHERE id = $1",
        post,
        world["state"],
    )
    if member is None:
        return
    status = "suspended" if world["status"] == "ended" else world["status"]
    await raw.execute(
        "UPDATE members SET status = $2::text, staff = $3::text,"
        " suspended_until = now() + CASE WHEN $4 THEN interval '-1 day' ELSE interval '1 day' END WHERE id = $1",
        member,
        status,
        world["staff"],
        world["status"] == "ended",
    )
    await raw.execute("DELETE FROM bans WHERE member_id = $1", member)
    await raw.execute("DELETE FROM grants USING memberships m WHERE m.id = membership_id AND m.member_id = $1", member)
    await raw.execute("DELETE FROM memberships WHERE member_id = $1", member)
    if world["place"]:
        await raw.execute(
            "INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, $3)", group, member, world["place"]
        )
    if world["banned"]:
        await raw.execute(
            "INSERT INTO bans (group_id, member_id, banned_by_id) VALUES ($1, $2, $3)",
            group,
            member,
            cast.members["fay"],
        )
    if world["own"]:
        await raw.execute("UPDATE posts SET author_id = $2 WHERE id = $1", post, member)
    await raw.execute("INSERT INTO bookmarks (post_id, member_id) VALUES ($1, $2)", post, member)
    await raw.execute(
        "INSERT INTO notices (member_id, cause, kind, group_id, thread_id, post_id)"
        " VALUES ($1, 'x', 'reply', $2, $3, $4)",
        member,
        group,
        cast.threads["public"],
        post,
    )


async def _agree(raw: Any, actor: Actor, world: dict[str, Any], cast: Cast) -> None:
    state = await groups.state_of(cast.groups["public"])
    slug, thread_id, post_id = state.slug, cast.threads["public"], cast.second["public"]
    assert (state.id in actor.listed, state.id in actor.readable) == _law(actor, world)
    read = group_rules.can_read(actor, state)

    # the group door and what stands behind it
    assert await asked(groups.door(actor, slug)) == group_rules.can_know(actor, state).refusal
    card = group_rules.can_see_card(actor, state)
    assert await asked(groups.group_page(actor, slug)) == card.refusal
    assert (slug in await slugs(groups.group_list(actor))) == bool(card)
    assert (slug in await slugs(first_page.front(actor), "groups")) == (bool(card) and world["visibility"] != "members")
    members = group_rules.can_list_members(actor, state)
    assert await asked(groups.group_members(actor, slug, 0, 25)) == members.refusal
    assert await asked(groups.waiting_requests(actor, slug)) == group_rules.can_manage_members(actor, state).refusal

    # the thread door
    for door in (
        threads.thread_door(actor, thread_id),
        threads.thread_page(actor, thread_id),
        threads.posts(actor, thread_id, 0, 25),
        threads.group_threads(actor, slug, 0, 25),
    ):
        assert await asked(door) == read.refusal
    assert (thread_id in await ids(threads.latest_threads(actor, 0, 25))) == bool(read)
    assert (thread_id in await ids(first_page.front(actor), "threads")) == bool(read)

    # the post
    info = await _post(raw, post_id, thread_id, state)
    may = rules.can_read_post(actor, info)
    assert await asked(threads.single_post(actor, post_id)) == may.refusal
    assert await asked(threads.post_door(actor, post_id)) == rules.can_reach_post(actor, info).refusal
    assert await asked(threads.revisions(actor, post_id)) == rules.can_read_history(actor, info).refusal
    shown = bool(read) and world["state"] == "public"
    found = await raw.fetch(searching.READ, [post_id], list(actor.readable))
    assert bool(found) == shown
    await _found(raw, actor, post_id, slug, shown=shown, card=bool(card))
    if actor.member_id is not None:
        assert (post_id in await ids(threads.bookmarks(actor), key="post_id")) == shown
        assert (post_id in await ids(notices.notices(actor, 0, 25), key="post_id")) == shown
    await _reached(raw, actor, read, world, cast)


async def _found(raw: Any, actor: Actor, post_id: int, slug: str, *, shown: bool, card: bool) -> None:
    """What search counts and names, as if the engine pointed at it and at its group."""
    cards, people = not actor.is_anonymous, bool(can_see_people(actor))
    posts, readable, listed = [post_id], list(actor.readable), list(actor.listed)
    page = await raw.fetch(searching.READ_WITH_AROUND, posts, readable, posts, listed, ["%public%"], cards, people)
    assert ([row["id"] for row in page if row["id"]], page[0]["total"]) == (posts * shown, int(shown))
    offers = await raw.fetchrow(SUGGEST, posts, readable, listed, ["% publ%"], cards, people, 5)
    assert len(msgspec.json.decode(offers[0])) == int(shown)
    for named in (page[0]["groups"], offers[1]):
        assert (slug in [group["slug"] for group in msgspec.json.decode(named)]) == card
    assert (slug in await slugs(groups.group_list(actor, q="publ"))) == card


def _law(actor: Actor, world: dict[str, Any]) -> tuple[bool, bool]:
    """(listed, readable) by the table, said without SQL."""
    kind = world["visibility"]
    if kind == "public":
        return True, True
    if actor.is_anonymous:
        return kind != "hidden", False
    if world["banned"]:
        return False, False
    inside = actor.is_active and world["place"] is not None
    return kind != "hidden" or inside, actor.is_active and (kind == "members" or inside)


async def _reached(raw: Any, actor: Actor, read: Verdict, world: dict[str, Any], cast: Cast) -> None:
    """Those who are named or told are those who may read; the banned are not told even of what is public."""
    if actor.member_id is None or world["status"] == "ended":
        return
    group = cast.groups["public"]
    named = await raw.fetch(READERS_NAMED, [world["who"]], group, world["visibility"])
    assert bool(named) == (bool(read) and actor.is_active)
    post = cast.second["public"]
    await raw.execute("INSERT INTO mentions (post_id, member_id) VALUES ($1, $2)", post, actor.member_id)
    told = {row["member_id"] for row in await raw.fetch(telling.AUDIENCE, post)}
    expected = bool(read) and actor.is_active and world["state"] == "public" and not world["banned"]
    author = await raw.fetchval("SELECT author_id FROM posts WHERE id = $1", post)
    assert (actor.member_id in told) == (expected and author != actor.member_id)


async def _post(raw: Any, post_id: int, thread_id: int, state: group_rules.GroupState) -> rules.PostInfo:
    row = await raw.fetchrow("SELECT * FROM posts WHERE id = $1", post_id)
    thread = rules.ThreadState(id=thread_id, group=state, author_id=0, kind=rules.ThreadKind.QUESTION)
    return rules.PostInfo(
        id=post_id,
        thread=thread,
        author_id=row["author_id"],
        state=rules.PostState(row["state"]),
        version=1,
        number=row["number"],
    )


async def asked(question: Awaitable[object]) -> str | None:
    """None when it was answered, else the code of the refusal."""
    try:
        await question
    except Refusal as refusal:
        return refusal.code
    return None


async def slugs(question: Awaitable[bytes], key: str = "items") -> set[str]:
    return {item["slug"] for item in msgspec.json.decode(await question)[key]}


async def ids(question: Awaitable[bytes], items: str = "items", key: str = "id") -> set[int]:
    return {item[key] for item in msgspec.json.decode(await question)[items]}
