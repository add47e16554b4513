"""Reading threads: one statement a page, built as JSON by PostgreSQL, narrowed by what the actor may read."""
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.models import JoinPolicy, Visibility
from forum.groups.policies import GroupState, can_read
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.threads import statements as sql_of
from forum.threads.elsewhere import end_of_chain, way_on
from forum.threads.models import PostState, ThreadKind
from forum.threads.policies import (
    PostInfo,
    ThreadState,
    can_reach_post,
    can_read_history,
    can_read_post,
    can_read_thread,
)

PAGE_SIZE = 25
# So often a post is looked for anew that goes from thread to thread meanwhile.
MOST_MOVES = 3


async def thread_page(actor: Actor, thread_id: int, after: int = 0, limit: int = PAGE_SIZE) -> bytes:
    """ThreadPage: the head and the posts numbered above ``after``; one statement when it may be read."""
    async with connection() as sql:
        body = await sql.fetchval(
            sql_of.OPEN_THREAD_PAGE, thread_id, list(actor.readable), actor.member_id, after, limit
        )
    if body is None:
        body = await _behind_door(sql_of.THREAD_PAGE, actor, thread_id, after, limit)
    return without_private_marks(actor, bytes(body), draft=None)


def without_private_marks(actor: Actor, body: bytes, **instead: object) -> bytes:
    """The document as it is, but for an administrator who sees the site as somebody else: drafts and bookmarks stay
    private.
    """
    if actor.viewer_id is None:
        return body
    return msgspec.json.encode(_unmarked(msgspec.json.decode(body) | instead))


def _unmarked(part: Any) -> Any:
    if isinstance(part, list):
        return [_unmarked(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {name: False if name == "bookmarked" else _unmarked(each) for name, each in part.items()}


async def posts(actor: Actor, thread_id: int, after: int, limit: int) -> bytes:
    """PostList: the posts of a thread numbered above ``after``."""
    async with connection() as sql:
        body = await sql.fetchval(
            sql_of.OPEN_POSTS, thread_id, list(actor.readable), actor.member_id, after, limit
        )
    if body is None:
        body = await _behind_door(sql_of.POSTS, actor, thread_id, after, limit)
    return without_private_marks(actor, bytes(body))


async def _behind_door(statement: str, actor: Actor, thread_id: int, after: int, limit: int) -> bytes:
    """What is shown of a thread without a public post, to those who may know of it.

    Raises Elsewhere where its posts went to a thread that they may read.
    """
    thread = await _thread(thread_id, lock=False)
    require(can_read(actor, thread.group))
    known = can_read_thread(actor, thread)
    if thread.merged_into is not None or not known:
        if (went := await way_on(actor, thread_id, after)) is not None:
            raise went
        if thread.merged_into is not None:
            # The refusal of the door that is shut; where it is open, nothing stands so far down.
            await thread_door(actor, await end_of_chain(thread_id))
            raise NotFound
    require(known)
    async with connection() as sql:
        body = await sql.fetchval(statement, thread_id, list(actor.readable), actor.member_id, after, limit)
    if body is None:
        raise NotFound
    return bytes(body)


async def single_post(actor: Actor, post_id: int) -> bytes:
    """SinglePost; one that is not public only for those who may see it, which takes the door."""
    async with connection() as sql:
        body = await sql.fetchval(sql_of.OPEN_POST, post_id, actor.member_id, list(actor.readable))
    if body is not None:
        return without_private_marks(actor, bytes(body))
    info = await post_door(actor, post_id)
    require(can_read_post(actor, info))
    async with connection() as sql:
        return bytes(await sql.fetchval(sql_of.SINGLE_POST, post_id, actor.member_id))


async def revisions(actor: Actor, post_id: int) -> bytes:
    """RevisionList, newest first, the text as it stands included."""
    require(can_read_history(actor, await post_door(actor, post_id)))
    async with connection() as sql:
        return bytes(await sql.fetchval(sql_of.REVISIONS, post_id))


async def group_threads(actor: Actor, slug: str, before: int, limit: int) -> bytes:
    """ThreadList of one group: pinned ones first, then by the last post."""
    async with connection() as sql:
        body = await sql.fetchval(
            sql_of.GROUP_THREADS, actor.member_id, before or None, list(actor.readable), slug, limit
        )
    if body is None:
        require(can_read(actor, await groups.door(actor, slug)))
        raise NotFound
    return bytes(body)


async def latest_threads(actor: Actor, before: int, limit: int) -> bytes:
    """ThreadList over every group that this actor may read, by the last post."""
    async with connection() as sql:
        return bytes(
            await sql.fetchval(
                sql_of.LATEST_THREADS, actor.member_id, list(actor.readable), before or None, limit
            )
        )


async def bookmarks(actor: Actor) -> bytes:
    """BookmarkList: what may still be read."""
    async with connection() as sql:
        return bytes(await sql.fetchval(sql_of.BOOKMARKS, actor.member_id, list(actor.readable)))


async def drafts(actor: Actor) -> bytes:
    async with connection() as sql:
        return bytes(await sql.fetchval(sql_of.DRAFTS, actor.member_id, None, list(actor.readable)))


async def draft(actor: Actor, draft_id: int) -> bytes:
    async with connection() as sql:
        body = await sql.fetchval(sql_of.DRAFT, actor.member_id, draft_id, list(actor.readable))
    if body is None:
        raise NotFound
    return bytes(body)


async def thread_door(actor: Actor, thread_id: int, *, lock: bool = False) -> ThreadState:
    """The thread, if this actor may read it; the refusal of its group otherwise. ``lock`` takes its row lock."""
    thread = await _thread(thread_id, lock=lock)
    require(can_read_thread(actor, thread))
    return thread


async def two_states(thread_id: int, other_id: int) -> tuple[ThreadState, ThreadState]:
    """Two threads without their doors, locked in the order of their ids: whoever calls asks for the rights."""
    found = {each: await _thread(each, lock=True) for each in sorted((thread_id, other_id))}
    return found[thread_id], found[other_id]


async def _thread(thread_id: int, *, lock: bool) -> ThreadState:
    async with connection() as sql:
        row = await sql.fetchrow(sql_of.THREAD_STATE_LOCKED if lock else sql_of.THREAD_STATE, thread_id)
    if row is None:
        raise NotFound
    return thread_state(row)


async def post_door(actor: Actor, post_id: int, *, lock: bool = False) -> PostInfo:
    """The post, if this actor may read its thread; ``lock`` takes the row locks of thread and post, in that order."""
    async with connection() as sql:
        thread_id = await sql.fetchval(sql_of.THREAD_OF_POST, post_id)
        for _ in range(MOST_MOVES):
            if thread_id is None:
                raise NotFound
            thread = await _thread(thread_id, lock=lock)
            row = await sql.fetchrow(sql_of.POST_STATE_LOCKED if lock else sql_of.POST_STATE, post_id)
            if row is None or row["thread_id"] == thread_id:
                break
            # It went to another thread while that one was waited for.
            thread_id = row["thread_id"]
    if row is None or row["thread_id"] != thread_id:
        raise NotFound
    info = PostInfo(
        id=post_id,
        thread=thread,
        author_id=row["author_id"],
        state=PostState(row["state"]),
        version=row["version"],
        number=row["number"],
        decided=row["decided"],
        wiki=row["wiki"],
    )
    require(can_reach_post(actor, info))
    return info


def thread_state(row: Mapping[str, Any] | asyncpg.Record) -> ThreadState:
    """Of a row with the columns of ``statements.THREAD_STATE``."""
    return ThreadState(
        id=row["id"],
        group=GroupState(
            id=row["group_id"],
            slug=row["slug"],
            title=row["group_title"],
            visibility=Visibility(row["visibility"]),
            policy=JoinPolicy(row["policy"]),
            slow_seconds=row["slow_seconds"],
        ),
        author_id=row["author_id"],
        kind=ThreadKind(row["kind"]),
        locked=row["locked"],
        published=row["published"],
        merged_into=row["merged_into_id"],
    )
