"""Who is told of what staff and facilitators do in the open: a group that was opened, a suspension that waits."""
from collections.abc import Mapping

from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.moderation.facts import ActDone
from forum.moderation.models import ActKind
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

OPENING = "SELECT * FROM acts WHERE id = $1"
FACILITATORS = """
    SELECT m.id FROM memberships p JOIN members m ON m.id = p.member_id
    WHERE p.group_id = $1 AND p.role = 'facilitator' AND m.status = 'active'
      AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = $1 AND b.member_id = m.id)
"""
WAITING = """
    SELECT s.id, s.group_id, s.given_by_id, s.member_id, s.reason
    FROM acts a JOIN sanctions s ON s.id = (a.undo ->> 'sanction')::bigint
    WHERE a.id = $1 AND s.needs_confirmation AND s.confirmed_by_id IS NULL AND s.lifted_at IS NULL
"""
# Who may agree: the other facilitators of the group; where there are none, and on the site, its staff. What is longer
# than a moderator may give, and what is about staff, waits for an administrator.
SECOND_PEOPLE = """
    WITH s AS (SELECT * FROM sanctions WHERE id = $1), w AS (
        SELECT m.staff IS NOT NULL AS staff FROM members m JOIN s ON s.member_id = m.id),
    beside AS (
        SELECT m.id FROM s JOIN memberships p ON p.group_id = s.group_id AND p.role = 'facilitator'
        JOIN members m ON m.id = p.member_id WHERE m.status = 'active' AND m.id NOT IN (s.given_by_id, s.member_id)
    )
    SELECT id FROM beside
    UNION ALL
    SELECT m.id FROM s, w, members m
    WHERE NOT EXISTS (SELECT FROM beside) AND m.status = 'active' AND m.id NOT IN (s.given_by_id, s.member_id)
      AND (m.staff = 'admin' OR (m.staff = 'moderator' AND (s.group_id IS NOT NULL OR (
            NOT w.staff AND s.until - s.created_at <= interval '30 days'))))
"""


def opening_of(fact: ActDone) -> Mapping[str, int] | None:
    return {"act_id": fact.act_id} if fact.kind == ActKind.GLASS_OPENED else None


def suspension_of(fact: ActDone) -> Mapping[str, int] | None:
    return {"act_id": fact.act_id} if fact.kind == ActKind.MEMBER_SUSPENDED else None


@job("notifications.tell_of_glass", lane=Lane.NOTICES)
@command
async def tell_of_glass(act_id: int) -> None:
    """The group's facilitators, with the reason."""
    async with connection() as sql:
        act = await sql.fetchrow(OPENING, act_id)
        if act is None:
            return
        told = [row["id"] for row in await sql.fetch(FACILITATORS, act["group_id"])]
    await notify(
        told,
        NoticeKind.GLASS,
        f"glass:{act_id}",
        actor_id=act["actor_id"],
        group_id=act["group_id"],
        note=act["reason"],
    )


@job("notifications.tell_of_waiting_suspension", lane=Lane.NOTICES)
@command
async def tell_of_waiting_suspension(act_id: int) -> None:
    """Whoever may be the second person."""
    async with connection() as sql:
        row = await sql.fetchrow(WAITING, act_id)
        if row is None:
            return
        told = [each["id"] for each in await sql.fetch(SECOND_PEOPLE, row["id"])]
    await notify(
        told,
        NoticeKind.CONFIRMATION,
        f"confirmation:{row['id']}",
        actor_id=row["given_by_id"],
        group_id=row["group_id"],
    )
