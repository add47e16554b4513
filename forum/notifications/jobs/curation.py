"""Who is told of what was done with threads."""
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

# Whoever wrote what is in thread $1 and came from thread $2 (or was there already: both the same), and whether they
# may read it where it is.
AUTHORS = """
    SELECT DISTINCT p.author_id, g.visibility IN ('public', 'members') OR EXISTS (
        SELECT FROM memberships m WHERE m.group_id = g.id AND m.member_id = p.author_id) AS reads
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    JOIN members a ON a.id = p.author_id AND a.status = 'active'
    WHERE p.thread_id = $1 AND p.state = 'public' AND ($1 = $2 OR EXISTS (
        SELECT FROM moved_posts mv WHERE mv.thread_id = $2 AND mv.post_id = p.id))
"""


@job("notifications.tell_of_wider_audience", lane=Lane.NOTICES)
@command
async def tell_of_wider_audience(act_id: int, actor_id: int, thread_id: int, group_id: int, source_id: int) -> None:
    """Those whose posts others may read now; who may not read them there is told where they were (``group_id``).

    Not by whom: that is for the group's setting to say, in the notice of the act itself. An act and its undoing may
    both widen, from one group and from the other.
    """
    async with connection() as sql:
        rows = await sql.fetch(AUTHORS, thread_id, source_id)
    for reads in (True, False):
        await notify(
            [row["author_id"] for row in rows if row["reads"] is reads and row["author_id"] != actor_id],
            NoticeKind.WIDENED,
            f"widened:{act_id}:{group_id}",
            group_id=None if reads else group_id,
            thread_id=thread_id if reads else None,
        )
