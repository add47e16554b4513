"""Who wrote in a thread, and who of them could not read it elsewhere: for the forms that move posts."""
from typing import Final, NamedTuple

from forum.groups.policies import GroupState
from forum.kit.transaction import connection

# $1 thread, $2 the group where it would go, $3 whether every member reads there.
AUTHORS: Final = """
    SELECT count(*) AS authors, count(*) FILTER (WHERE NOT $3 AND NOT EXISTS (
        SELECT FROM memberships m WHERE m.group_id = $2 AND m.member_id = a.author_id)) AS shut_out
    FROM (SELECT DISTINCT author_id FROM posts WHERE thread_id = $1 AND state = 'public') a
"""


class Authors(NamedTuple):
    """``shut_out``: of ``authors``, those who could not read what they wrote."""

    authors: int
    shut_out: int


async def authors_if_in(thread_id: int, group: GroupState) -> Authors:
    async with connection() as sql:
        row = await sql.fetchrow(AUTHORS, thread_id, group.id, group.visibility.value in ("public", "members"))
    assert row is not None
    return Authors(row["authors"], row["shut_out"])
