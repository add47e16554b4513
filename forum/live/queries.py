"""What the live streams look up: once for many followers, never for one delivery."""

from collections.abc import Collection
from typing import NamedTuple

from forum.kit.transaction import connection

# A post speaks as it is now: one that was hidden or moved since the fact is told as such, or not at all.
POSTS = """
    SELECT p.id, p.thread_id, t.group_id, p.number, p.state, m.display_name
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN members m ON m.id = p.author_id
    WHERE p.id = ANY($1::bigint[])
"""
# The same count as on a group's card; $1 members.
UNREAD_GROUPS = """
    SELECT ms.member_id, g.id AS group_id, g.slug, unread.threads
    FROM memberships ms
    JOIN groups g ON g.id = ms.group_id
    JOIN group_marks gm ON gm.group_id = ms.group_id AND gm.member_id = ms.member_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS threads FROM threads t
        LEFT JOIN reading_marks rm ON rm.thread_id = t.id AND rm.member_id = ms.member_id
        WHERE t.group_id = ms.group_id AND t.last_post_id > gm.through_post_id
          AND t.last_number > coalesce(rm.last_number, 0)
          AND NOT EXISTS (SELECT FROM thread_follows tf
                          WHERE tf.thread_id = t.id AND tf.member_id = ms.member_id AND tf.level = 'mute')
    ) unread
    WHERE ms.member_id = ANY($1::bigint[]) AND unread.threads > 0
    ORDER BY g.position, g.id
"""
UNREAD_NOTICES = """
    SELECT m.id AS member_id, few.notices FROM unnest($1::bigint[]) AS m (id) CROSS JOIN LATERAL (
        SELECT count(*) AS notices FROM (
            SELECT FROM notices n WHERE n.member_id = m.id AND n.read_at IS NULL LIMIT 1000) counted) few
"""


class PostNow(NamedTuple):
    thread_id: int
    group_id: int
    number: int | None
    state: str
    author: str


class UnreadGroup(NamedTuple):
    id: int
    slug: str
    threads: int


class UnreadNow(NamedTuple):
    groups: list[UnreadGroup]
    notices: int


async def posts_now(post_ids: Collection[int]) -> dict[int, PostNow]:
    """The posts as they stand, without a door: whoever passes one on asks it."""
    if not post_ids:
        return {}
    async with connection() as sql:
        rows = await sql.fetch(POSTS, list(post_ids))
    return {
        row["id"]: PostNow(row["thread_id"], row["group_id"], row["number"], row["state"], row["display_name"])
        for row in rows
    }


async def unread_now(member_ids: Collection[int]) -> dict[int, UnreadNow]:
    """Of each member the groups with something unread, without a door, and the number of unread notices."""
    async with connection() as sql:
        groups = await sql.fetch(UNREAD_GROUPS, list(member_ids))
        counted = await sql.fetch(UNREAD_NOTICES, list(member_ids))
    notices = {row["member_id"]: row["notices"] for row in counted}
    found = {member_id: UnreadNow([], notices.get(member_id, 0)) for member_id in member_ids}
    for row in groups:
        found[row["member_id"]].groups.append(UnreadGroup(row["group_id"], row["slug"], row["threads"]))
    return found
