"""Where the posts of a thread went: its addresses lead there, and what is written in it goes there."""
from typing import Final

from auth.actor import Actor
from forum.kit.errors import Conflict
from forum.kit.transaction import connection

# $1 thread, $2 readable, $3 after: the first number above it whose post may be read where it is now.
FORMER: Final = """
    SELECT t.id, t.slug, w.number
    FROM moved_posts mv JOIN posts w ON w.id = mv.post_id JOIN threads t ON t.id = w.thread_id
    WHERE mv.thread_id = $1 AND mv.number > $3 AND w.number IS NOT NULL AND t.post_count > 0
      AND t.group_id = ANY($2::bigint[])
    ORDER BY mv.number LIMIT 1
"""
# The end of the chain of merged threads; no chain is a circle, for what is merged away is merged into nothing else.
LAST: Final = """
    WITH RECURSIVE chain (id, n) AS (
        SELECT $1::bigint, 0
        UNION ALL
        SELECT m.merged_into_id, n + 1 FROM chain JOIN threads m ON m.id = chain.id
        WHERE m.merged_into_id IS NOT NULL AND n < 100)
    SELECT id FROM chain ORDER BY n DESC LIMIT 1
"""


def last_of(thread: str) -> str:
    """The same, as an expression over a statement's own column."""
    return "(" + LAST.replace("$1::bigint", thread) + ")"


# $1 thread, $2 post: where a public post that was in this thread is now.
OF_POST: Final = """
    SELECT p.thread_id FROM posts p WHERE p.id = $2 AND p.state = 'public' AND (p.thread_id = $1
        OR EXISTS (SELECT FROM moved_posts mv WHERE mv.thread_id = $1 AND mv.post_id = p.id))
"""


class Elsewhere(Conflict):
    """What was asked for is at another address now: thread ``id`` with its ``slug``, and the post's ``number``."""

    code = "thread_moved"

    def __init__(self, id: int, slug: str, number: int) -> None:
        super().__init__()
        self.id, self.slug, self.number = id, slug, number


async def way_on(actor: Actor, thread_id: int, after: int) -> Elsewhere | None:
    """Where the first post that had a number above ``after`` is now, as far as this actor may read."""
    async with connection() as sql:
        row = await sql.fetchrow(FORMER, thread_id, list(actor.readable), after)
    return None if row is None else Elsewhere(row["id"], row["slug"], row["number"])


async def end_of_chain(thread_id: int) -> int:
    """The thread that this one was merged into in the end; itself, where it was not."""
    async with connection() as sql:
        return int(await sql.fetchval(LAST, thread_id))


async def thread_of_post(thread_id: int, post_id: int) -> int | None:
    """The thread of a public post that is, or was, in this one."""
    async with connection() as sql:
        found: int | None = await sql.fetchval(OF_POST, thread_id, post_id)
    return found
