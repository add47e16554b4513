"""What an import does once at its end: counters made sure of, histories marked as read, statistics taken."""
from collections.abc import Sequence
from typing import Final

from forum.groups.recount import recount_groups
from forum.kit.transaction import command, connection
from forum.threads.recount import recount_threads
from forum.transfer.community.naming import GRANT_SOURCE

# Who has never signed in has read everything; who has keeps the place to which they have read.
MARK: Final = """
    INSERT INTO group_marks AS gm (group_id, member_id, through_post_id)
    SELECT g.id, m.member_id, g.last_post_id
    FROM groups g JOIN memberships m ON m.group_id = g.id
    WHERE g.id = $1 AND EXISTS (SELECT FROM grants x WHERE x.membership_id = m.id AND x.source = $2)
    ON CONFLICT (member_id, group_id) DO UPDATE SET through_post_id = excluded.through_post_id
    WHERE gm.through_post_id < excluded.through_post_id
      AND NOT EXISTS (SELECT FROM identities i WHERE i.member_id = gm.member_id)
"""
ANALYZE: Final = "ANALYZE members, groups, memberships, grants, threads, posts, mentions, group_marks"


async def finish(group_ids: Sequence[int]) -> None:
    """Put right the counters of these groups and their threads, and mark all as read for imported members."""
    await recount_threads(group_ids)
    await recount_groups(group_ids)
    for group_id in group_ids:
        await _mark_read(group_id)
    async with connection() as sql:
        await sql.execute(ANALYZE)


@command
async def _mark_read(group_id: int) -> None:
    async with connection() as sql:
        await sql.execute(MARK, group_id, GRANT_SOURCE)
