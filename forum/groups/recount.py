"""Counts the members, threads and posts of groups anew, after an import or when ``forum doctor`` asks."""
from collections.abc import Sequence
from typing import Final

from forum.kit.transaction import command, connection

ALL: Final = "SELECT id FROM groups ORDER BY id"
LOCK: Final = "SELECT id FROM groups WHERE id = $1 FOR UPDATE"
# Counted from what the threads say, which is recounted before.
RECOUNT: Final = """
    UPDATE groups g SET member_count = c.members, thread_count = c.threads, post_count = c.posts,
        last_post_id = coalesce(l.last_post_id, 0), last_post_at = l.last_post_at
    FROM (SELECT (SELECT count(*) FROM memberships WHERE group_id = $1) AS members,
                 count(*) AS threads, coalesce(sum(post_count), 0) AS posts
          FROM threads WHERE group_id = $1 AND post_count > 0) c
    LEFT JOIN LATERAL (
        SELECT last_post_id, last_post_at FROM threads WHERE group_id = $1 AND post_count > 0
        ORDER BY last_post_id DESC LIMIT 1) l ON true
    WHERE g.id = $1 AND (g.member_count, g.thread_count, g.post_count, g.last_post_id, g.last_post_at)
        IS DISTINCT FROM (c.members, c.threads, c.posts, coalesce(l.last_post_id, 0), l.last_post_at)
    RETURNING g.id
"""


async def recount_groups(group_ids: Sequence[int] | None = None) -> int:
    """Put right what these groups (or all) say of themselves; returns how many were wrong."""
    if group_ids is None:
        async with connection() as sql:
            group_ids = [row[0] for row in await sql.fetch(ALL)]
    return sum([await _recount(group_id) for group_id in group_ids])


@command
async def _recount(group_id: int) -> bool:
    async with connection() as sql:
        await sql.execute(LOCK, group_id)
        return bool(await sql.fetch(RECOUNT, group_id))
