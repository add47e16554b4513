"""Who is told of polls. Each job re-reads; nobody is told of a poll whose post is no longer public."""
import asyncpg

from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

# $1 poll. ``asked`` is its question, where that is not the text of its post, which a notice shows as well.
_POLL = """
    WITH poll AS (
        SELECT p.*, o.thread_id, t.group_id, g.visibility,
            CASE WHEN o.text <> p.question THEN p.question ELSE '' END AS asked
        FROM polls p JOIN posts o ON o.id = p.post_id AND o.state = 'public'
        JOIN threads t ON t.id = o.thread_id JOIN groups g ON g.id = t.group_id
        WHERE p.id = $1
    )
"""
# Active, not banned from the group, and with an open ear for group and thread.
_LISTENS = """
    m.status = 'active'
    AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = poll.group_id AND b.member_id = m.id)
    AND NOT EXISTS (SELECT FROM thread_follows f
                    WHERE f.thread_id = poll.thread_id AND f.member_id = m.id AND f.level = 'mute')
    AND NOT EXISTS (SELECT FROM group_follows f
                    WHERE f.group_id = poll.group_id AND f.member_id = m.id AND f.level = 'mute')
"""
POLL = _POLL + " SELECT * FROM poll"
# Who could vote and has not.
NOT_YET = (
    _POLL
    + """
    SELECT m.id FROM poll JOIN memberships p ON p.group_id = poll.group_id AND p.role <> 'reader'
    JOIN members m ON m.id = p.member_id
    WHERE poll.closed_at IS NULL AND poll.closes_at > clock_timestamp()
      AND coalesce(m.silenced_until <= now(), true)
      AND NOT EXISTS (SELECT FROM voters v WHERE v.poll_id = poll.id AND v.member_id = m.id) AND
    """
    + _LISTENS
)
# That they voted, not how: of an anonymous poll as well.
VOTERS = (
    _POLL
    + """
    SELECT m.id FROM poll JOIN voters v ON v.poll_id = poll.id JOIN members m ON m.id = v.member_id
    LEFT JOIN memberships p ON p.group_id = poll.group_id AND p.member_id = m.id
    WHERE (poll.visibility IN ('public', 'members') OR p.id IS NOT NULL) AND
    """
    + _LISTENS
)
# Who can write the outcome: the author, if they still take part, else the group's facilitators. Staff cannot.
ANSWERING = (
    _POLL
    + """, answering AS (
        SELECT m.id, m.id = poll.author_id AS author
        FROM poll JOIN memberships p ON p.group_id = poll.group_id JOIN members m ON m.id = p.member_id
        WHERE m.status = 'active' AND coalesce(m.silenced_until <= now(), true)
          AND (p.role = 'facilitator' OR (m.id = poll.author_id AND p.role <> 'reader'))
    )
    SELECT id FROM answering WHERE author OR NOT EXISTS (SELECT FROM answering WHERE author)
    """
)


@job("notifications.tell_of_closing_poll", lane=Lane.NOTICES)
@command
async def tell_of_closing_poll(poll_id: int) -> None:
    """Members of the group who could vote and have not."""
    await _tell(poll_id, NoticeKind.POLL_CLOSING, await _ids(NOT_YET, poll_id))


@job("notifications.tell_of_closed_poll", lane=Lane.NOTICES)
@command
async def tell_of_closed_poll(poll_id: int) -> None:
    """Its author is asked for an outcome; where they are gone, the facilitators."""
    poll = await _poll(poll_id)
    if poll is not None and poll["outcome_at"] is None:
        await _tell(poll_id, NoticeKind.POLL_CLOSED, await _ids(ANSWERING, poll_id))


@job("notifications.tell_of_outcome", lane=Lane.NOTICES)
@command
async def tell_of_outcome(poll_id: int, actor_id: int) -> None:
    """Whoever voted, once: an outcome that is changed later is told to nobody."""
    await _tell(poll_id, NoticeKind.OUTCOME, await _ids(VOTERS, poll_id), actor_id)


async def _tell(poll_id: int, kind: NoticeKind, members: list[int], actor_id: int | None = None) -> None:
    poll = await _poll(poll_id)
    if poll is not None:
        await notify(
            members,
            kind,
            f"{kind.value}:{poll_id}",
            actor_id=actor_id,
            group_id=poll["group_id"],
            thread_id=poll["thread_id"],
            post_id=poll["post_id"],
            note=poll["asked"],
        )


async def _poll(poll_id: int) -> asyncpg.Record | None:
    async with connection() as sql:
        return await sql.fetchrow(POLL, poll_id)


async def _ids(statement: str, poll_id: int) -> list[int]:
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(statement, poll_id)]
