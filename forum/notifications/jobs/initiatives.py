"""Who is told of initiatives. Each job re-reads: what was so when the fact was recorded may not be so now."""
from collections.abc import Mapping
from typing import Any

import asyncpg

from forum.initiatives.facts import CoSponsorJoined
from forum.initiatives.models import LeadRole, LeadState, Stage
from forum.initiatives.stages import Mark, mark_at
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

LEADS, COSPONSORS, FACILITATORS, ASKED, AUTHOR = "leads", "cosponsors", "facilitators", "asked", "author"
ALL = (LEADS, COSPONSORS, FACILITATORS)
CAME_OR_WENT = {
    LeadState.ACCEPTED: NoticeKind.LEAD_CHANGED,
    LeadState.DECLINED: NoticeKind.LEAD_DECLINED,
    LeadState.LEFT: NoticeKind.LEAD_LEFT,
}

# $1 initiative, $2 in which of these parts people are told, $3 one member or null; only active ones who may read its
# group. Where nobody facilitates the group, the site's staff look after it.
PEOPLE = """
    SELECT DISTINCT w.member_id, i.group_id FROM initiatives i JOIN groups g ON g.id = i.group_id
    CROSS JOIN LATERAL (
        SELECT l.member_id, CASE l.state WHEN 'accepted' THEN 'leads' ELSE 'asked' END AS part
        FROM initiative_leads l WHERE l.initiative_id = i.id AND l.state IN ('accepted', 'asked')
        UNION ALL SELECT c.member_id, 'cosponsors' FROM cosponsors c WHERE c.initiative_id = i.id
        UNION ALL SELECT f.member_id, 'facilitators' FROM memberships f
            WHERE f.group_id = i.group_id AND f.role = 'facilitator'
        UNION ALL SELECT s.id, 'facilitators' FROM members s WHERE s.staff IS NOT NULL AND NOT EXISTS (
            SELECT FROM memberships f WHERE f.group_id = i.group_id AND f.role = 'facilitator')
        UNION ALL SELECT t.author_id, 'author' FROM threads t
            WHERE t.id = i.thread_id AND i.consent_asked_at IS NOT NULL AND i.consented_at IS NULL) w
    JOIN members m ON m.id = w.member_id AND m.status = 'active'
    LEFT JOIN memberships p ON p.group_id = i.group_id AND p.member_id = m.id
    WHERE i.id = $1 AND w.part = ANY($2::text[]) AND ($3::bigint IS NULL OR m.id = $3)
      AND (g.visibility IN ('public', 'members') OR p.id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = i.group_id AND b.member_id = m.id)
"""
# Moments as whole seconds, so that each time it happens is a cause of its own. $2 a member, for when they answered.
STANDING = """
    SELECT i.stage, extract(epoch FROM i.gathering_ends_at)::bigint AS ends, i.leaderless_since IS NOT NULL AS alone,
        extract(epoch FROM i.leaderless_since)::bigint AS since, extract(epoch FROM i.answer_due_at)::bigint AS due,
        i.answer_due_at <= now() AS overdue, extract(epoch FROM i.ended_at)::bigint AS ended, l.role, l.state,
        extract(epoch FROM coalesce(l.answered_at, l.created_at))::bigint AS at
    FROM initiatives i LEFT JOIN initiative_leads l ON l.initiative_id = i.id AND l.member_id = $2 WHERE i.id = $1
"""


@job("notifications.tell_of_lead_asked", lane=Lane.NOTICES)
@command
async def tell_of_lead_asked(initiative_id: int, member_id: int, asked_by: int) -> None:
    now = await _standing(initiative_id, member_id)
    if now and now["state"] == LeadState.ASKED:
        cause = f"asked:{now['at']}"
        await _tell(initiative_id, NoticeKind.CO_LEAD_ASKED, cause, (ASKED,), actor_id=asked_by, only=member_id)


@job("notifications.tell_of_consent_asked", lane=Lane.NOTICES)
@command
async def tell_of_consent_asked(initiative_id: int, member_id: int, asked_by: int) -> None:
    await _tell(initiative_id, NoticeKind.CONSENT_ASKED, "consent", (AUTHOR,), actor_id=asked_by, only=member_id)


@job("notifications.tell_of_lead_change", lane=Lane.NOTICES)
@command
async def tell_of_lead_change(initiative_id: int, member_id: int, state: str) -> None:
    """A new lead concerns everybody in it; who came or went beside the lead, those who lead."""
    now = await _standing(initiative_id, member_id)
    if now is None:
        return
    if now["alone"]:
        cause = f"leaderless:{now['since']}"
        await _tell(initiative_id, NoticeKind.LEADERLESS, cause, (COSPONSORS, FACILITATORS))
    elif state == LeadRole.LEAD:
        cause = f"lead:{member_id}:{now['at']}"
        await _tell(initiative_id, NoticeKind.LEAD_CHANGED, cause, (LEADS, COSPONSORS), actor_id=member_id)
        await _tell(initiative_id, NoticeKind.LEAD_CHANGED, cause, (LEADS,), only=member_id)
    elif not (state == LeadState.LEFT and now["role"] == LeadRole.LEAD):
        cause = f"{state}:{member_id}:{now['at']}"
        await _tell(initiative_id, CAME_OR_WENT[LeadState(state)], cause, (LEADS,), actor_id=member_id)


def mark_of(fact: CoSponsorJoined) -> Mapping[str, Any] | None:
    """The mark that this co-sponsor made, for ``tell_of_mark``."""
    mark = mark_at(fact.count, fact.goal)
    return None if mark is None else {"initiative_id": fact.initiative_id, "mark": mark.value}


@job("notifications.tell_of_mark", lane=Lane.NOTICES)
@command
async def tell_of_mark(initiative_id: int, mark: str) -> None:
    """Once a mark, however often names are taken back and given again."""
    kind = NoticeKind.ONE_THIRD if mark == Mark.ONE_THIRD else NoticeKind.TWO_THIRDS
    await _tell(initiative_id, kind, mark, (LEADS, COSPONSORS))


@job("notifications.tell_of_stage", lane=Lane.NOTICES)
@command
async def tell_of_stage(initiative_id: int, was: str, stage: str, actor_id: int | None) -> None:
    """The goal, and the end; that it was declined is told with the answer."""
    now = await _standing(initiative_id)
    if now is None or now["stage"] != stage:
        return
    if (was, stage) == (Stage.GATHERING, Stage.ACTIVE):
        await _tell(initiative_id, NoticeKind.GOAL_REACHED, "goal", ALL)
    elif stage == Stage.LAPSED:
        await _tell(initiative_id, NoticeKind.LAPSED, f"lapsed:{now['ended']}", ALL)
    elif stage in (Stage.WITHDRAWN, Stage.COMPLETED):
        await _tell(initiative_id, NoticeKind.ENDED, f"ended:{now['ended']}", ALL, actor_id=actor_id)


@job("notifications.tell_of_official_answer", lane=Lane.NOTICES)
@command
async def tell_of_official_answer(initiative_id: int, answer_id: int, actor_id: int) -> None:
    cause = f"answer:{answer_id}"
    await _tell(initiative_id, NoticeKind.ANSWERED, cause, (LEADS, COSPONSORS), actor_id=actor_id)


@job("notifications.tell_of_revision", lane=Lane.NOTICES)
@command
async def tell_of_revision(initiative_id: int, actor_id: int) -> None:
    """The facilitators answer it anew, and the co-sponsors see what they put their names to."""
    now = await _standing(initiative_id)
    if now and now["due"]:
        await _tell(initiative_id, NoticeKind.REVISED, f"revised:{now['due']}", ALL, actor_id=actor_id)


@job("notifications.tell_of_ending_soon", lane=Lane.NOTICES)
@command
async def tell_of_ending_soon(initiative_id: int) -> None:
    now = await _standing(initiative_id)
    if now and now["stage"] == Stage.GATHERING:
        await _tell(initiative_id, NoticeKind.ENDING_SOON, f"ending:{now['ends']}", (LEADS, COSPONSORS))


@job("notifications.tell_of_overdue_answer", lane=Lane.NOTICES)
@command
async def tell_of_overdue_answer(initiative_id: int) -> None:
    now = await _standing(initiative_id)
    if now and now["overdue"]:
        await _tell(initiative_id, NoticeKind.ANSWER_OVERDUE, f"overdue:{now['due']}", (FACILITATORS,))


async def _standing(initiative_id: int, member_id: int | None = None) -> asyncpg.Record | None:
    async with connection() as sql:
        return await sql.fetchrow(STANDING, initiative_id, member_id)


async def _tell(
    initiative_id: int,
    kind: NoticeKind,
    cause: str,
    parts: tuple[str, ...],
    *,
    actor_id: int | None = None,
    only: int | None = None,
) -> None:
    async with connection() as sql:
        rows = await sql.fetch(PEOPLE, initiative_id, list(parts), only)
    if rows:
        await notify(
            [row["member_id"] for row in rows],
            kind,
            f"initiative:{initiative_id}:{cause}",
            actor_id=actor_id,
            group_id=rows[0]["group_id"],
            initiative_id=initiative_id,
        )
