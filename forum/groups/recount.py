"""Counts groups and compares places with their grants anew, after an import or when ``forum doctor`` asks."""
from collections.abc import Sequence
from typing import Final

from forum.groups.commands.grants import HIGHEST, settle_places
from forum.kit.transaction import command, connection

BATCH: Final = 400
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

WRONG_ROLES: Final = (
    "SELECT ms.id FROM memberships ms JOIN ("
    + HIGHEST
    + ") highest ON highest.membership_id = ms.id WHERE ms.role <> highest.role ORDER BY ms.id LIMIT $2"
)
WITHOUT_GRANT: Final = """
    SELECT count(*) FROM memberships ms WHERE NOT EXISTS (SELECT FROM grants g WHERE g.membership_id = ms.id)
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


async def mend_roles() -> int:
    """Make every place as high as the highest of its grants; returns how many were not."""
    mended = 0
    while some := await _mend_some():
        mended += some
    return mended


@command
async def _mend_some() -> int:
    async with connection() as sql:
        wrong = [row["id"] for row in await sql.fetch(WRONG_ROLES, None, BATCH)]
    await settle_places(wrong)
    return len(wrong)


async def count_places_without_grant() -> int:
    """Places that come from nowhere; which of them should end is not for a machine to say."""
    async with connection() as sql:
        return int(await sql.fetchval(WITHOUT_GRANT))
