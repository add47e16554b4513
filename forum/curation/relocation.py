"""The one way by which posts go to another thread: a few statements, whatever their number.

A post keeps its id, and with it its reactions, bookmarks, mentions, revisions, poll and address. Its former number
stays behind as a row of ``moved_posts``; in the new thread it takes the next number, or, where it was there before,
the one that it had. So the numbers of a thread, those of its posts and those of moved ones, are 1 to ``last_number``,
and an address once given leads to its post for good.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from forum.curation.doors import let_drafts_go, require_no_initiative
from forum.curation.facts import PostsRelocated
from forum.kit.errors import Conflict
from forum.kit.transaction import connection
from forum.outbox.record import record
from forum.threads.models import FollowLevel
from forum.threads.policies import ThreadState
from forum.threads.recount import recount_some

# $1 source, $2 target, $3 posts or null for all.
MOVE: Final = """
    WITH moving AS MATERIALIZED (
        SELECT p.id, p.number, back.number AS former, CASE WHEN p.number IS NOT NULL AND back.id IS NULL THEN
            row_number() OVER (PARTITION BY p.number IS NOT NULL AND back.id IS NULL ORDER BY p.number) END AS nth
        FROM posts p LEFT JOIN moved_posts back ON back.post_id = p.id AND back.thread_id = $2
        WHERE p.thread_id = $1 AND ($3::bigint[] IS NULL OR p.id = ANY($3))
    ), left_behind AS (
        INSERT INTO moved_posts (thread_id, number, post_id)
        SELECT $1, number, id FROM moving WHERE number IS NOT NULL
    ), taken_again AS (
        DELETE FROM moved_posts m USING moving WHERE m.thread_id = $2 AND m.post_id = moving.id
    ), target AS (
        UPDATE threads t SET last_number = t.last_number + (SELECT count(nth) FROM moving)
        WHERE t.id = $2 RETURNING t.last_number
    ), moved AS (
        UPDATE posts p SET thread_id = $2,
            number = coalesce(moving.former, target.last_number - (SELECT count(nth) FROM moving) + moving.nth)
        FROM moving, target WHERE p.id = moving.id RETURNING p.id, moving.nth
    )
    SELECT count(*) AS posts, count(nth) AS numbered, (SELECT last_number FROM target) AS last_number,
        coalesce(array_agg(id) FILTER (WHERE nth IS NULL), '{}') AS unnumbered FROM moved
"""
# Whoever had read all that was in the target has read of what came ($3 and on) as far as they had before.
MARKS: Final = """
    INSERT INTO reading_marks (thread_id, member_id, last_number)
    SELECT $2, m.member_id, upto.number
    FROM reading_marks m
    LEFT JOIN reading_marks already ON already.thread_id = $2 AND already.member_id = m.member_id
    CROSS JOIN LATERAL (
        SELECT p.number FROM moved_posts mv JOIN posts p ON p.id = mv.post_id
        WHERE mv.thread_id = $1 AND mv.number <= m.last_number AND p.thread_id = $2 AND p.number >= $3
        ORDER BY mv.number DESC LIMIT 1) upto
    WHERE m.thread_id = $1 AND coalesce(already.last_number, 0) >= $3 - 1
    ON CONFLICT (member_id, thread_id) DO UPDATE
        SET last_number = greatest(reading_marks.last_number, excluded.last_number)
"""
# A choice that somebody made about the target holds.
FOLLOWS: Final = """
    INSERT INTO thread_follows (thread_id, member_id, level)
    SELECT $2, member_id, level FROM thread_follows WHERE thread_id = $1 AND level = ANY($3::text[])
    ON CONFLICT (thread_id, member_id) DO NOTHING RETURNING member_id
"""
# $3: all drafts of the source; else those that answer what went.
DRAFTS: Final = """
    UPDATE drafts d SET thread_id = $2
    WHERE d.thread_id = $1 AND ($3 OR EXISTS (
        SELECT FROM posts p WHERE p.id = d.in_reply_to AND p.thread_id = $2)) RETURNING d.id
"""
# Decided ones, too: a case shows what is around its post, and who works it may undo what was done to that one.
CASES: Final = """
    UPDATE cases c SET group_id = $2, version = c.version + 1 FROM posts p
    WHERE p.id = c.post_id AND p.thread_id = $1 AND c.group_id IS DISTINCT FROM $2
"""
# The accepted answer of a question is one of its own posts.
ANSWER_GONE: Final = """
    UPDATE threads t SET accepted_post_id = NULL FROM posts p
    WHERE t.id = $1 AND p.id = t.accepted_post_id AND p.thread_id <> t.id RETURNING p.id
"""
EMPTY: Final = "SELECT NOT EXISTS (SELECT FROM posts WHERE thread_id = $1)"
LEADS_ON: Final = "UPDATE threads SET merged_into_id = $2, post_count = 0 WHERE id = $1"
HOLDS_AGAIN: Final = "UPDATE threads SET merged_into_id = NULL WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Relocated:
    """What went along, by ids: enough to take it back.

    Posts with new numbers have those from ``first`` to ``last``; ``unnumbered`` took an old one, or have none yet.
    """

    first: int
    last: int
    unnumbered: list[int]
    follows: list[int]
    drafts: list[int]
    answer: int | None
    emptied: bool


async def relocate(
    source: ThreadState,
    target: ThreadState,
    posts: Sequence[int] | None = None,
    *,
    follows: Sequence[FollowLevel] = (),
) -> Relocated:
    """Let these posts of ``source``, or all, go to ``target``; the caller has locked both threads and asked for rights.

    Whoever follows the source at one of the levels ``follows`` follows the target as well. A source without any post
    leads to the target from now on. Raises Conflict where one of the posts is not in ``source``, or none is, or where
    the discussion of a launched initiative would be emptied.
    """
    async with connection() as sql:
        await sql.execute(HOLDS_AGAIN, target.id)
        row = await sql.fetchrow(MOVE, source.id, target.id, None if posts is None else list(posts))
        assert row is not None
        if not row["posts"] or (posts is not None and row["posts"] != len(set(posts))):
            raise Conflict("moved_on")
        last, first = row["last_number"], row["last_number"] - row["numbered"] + 1
        if row["numbered"]:
            await sql.execute(MARKS, source.id, target.id, first)
        gone = Relocated(first, last, sorted(row["unnumbered"]), *await _follow(sql, source, target, follows))
        if gone.emptied:
            await require_no_initiative(source.id)
            await let_drafts_go(source.id)
            await sql.execute(LEADS_ON, source.id, target.id)
    await recount_some([source.id, target.id])
    await record(
        PostsRelocated(
            thread_id=target.id,
            group_id=target.group.id,
            source_id=source.id,
            source_group_id=source.group.id,
            emptied=gone.emptied,
        )
    )
    return gone


async def _follow(
    sql: asyncpg.Connection, source: ThreadState, target: ThreadState, levels: Sequence[FollowLevel]
) -> tuple[list[int], list[int], int | None, bool]:
    """What hangs on a thread goes along: who follows it, drafts, cases; what stays in the source is put right."""
    follows = await sql.fetch(FOLLOWS, source.id, target.id, [level.value for level in levels])
    emptied = bool(await sql.fetchval(EMPTY, source.id))
    drafts = await sql.fetch(DRAFTS, source.id, target.id, emptied)
    if source.group.id != target.group.id:
        await sql.execute(CASES, target.id, target.group.id)
    answer = await sql.fetchval(ANSWER_GONE, source.id)
    return sorted(row["member_id"] for row in follows), sorted(row["id"] for row in drafts), answer, emptied
