"""Let a post appear that waited to be looked at, as if it had been posted now."""
from forum.kit.errors import Conflict
from forum.kit.transaction import connection
from forum.outbox.record import record
from forum.threads import statements
from forum.threads.facts import ReplyPosted, ThreadStarted


async def publish_post(post_id: int) -> None:
    """Give it its number and its place; for commands that have asked whether they may.

    Raises Conflict where it waits no more.
    """
    async with connection() as sql:
        thread = await sql.fetchrow(statements.LOCK_THREAD_OF_POST, post_id)
        row = thread and await sql.fetchrow(statements.PUBLISH_POST, post_id, thread["id"])
    if not thread or not row:
        raise Conflict("not_waiting")
    where = {
        "thread_id": thread["id"],
        "group_id": thread["group_id"],
        "post_id": post_id,
        "author_id": row["author_id"],
    }
    if row["number"] == 1:
        await record(ThreadStarted(**where))
    else:
        await record(ReplyPosted(**where, number=row["number"]))
