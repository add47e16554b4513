"""Break-glass: site staff open one group that is not theirs for an hour, with a reason that its facilitators read."""
from datetime import datetime

from auth.actor import Actor
from forum.groups.policies import GroupState
from forum.groups.queries import ids_of, state_of
from forum.kit.errors import Conflict, NotFound
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, enter
from forum.moderation.models import ActKind
from forum.moderation.policies import can_break_glass
from forum.outbox.record import audit

OPEN = """
    INSERT INTO glass_openings (group_id, member_id, reason, until)
    VALUES ($1, $2, $3, clock_timestamp() + interval '1 hour') RETURNING until
"""
# To the transaction's start: whoever comes later finds it shut.
CLOSE = """
    UPDATE glass_openings SET until = now() WHERE group_id = $1 AND member_id = $2 AND until > now() RETURNING id
"""


async def break_glass(actor: Actor, slug: str, reason: str) -> datetime:
    """Open a group by its exact name; returns until when. Its facilitators are told at once.

    A name that no group has is NotFound, and stands in the audit log all the same: guessing leaves a trace.
    """
    group = await group_at(slug)
    require(can_break_glass(actor, group))
    reason = body_field(reason, "reason", most=REASON_LENGTH)
    if group is None:
        await _note_guess(actor, reason)
        raise NotFound
    return await _open(actor, group, reason)


async def group_at(slug: str) -> GroupState | None:
    """Without a door: what is answered must not tell whether there is one."""
    found = await ids_of([slug])
    return await state_of(found[slug]) if slug in found else None


@command
async def _open(actor: Actor, group: GroupState, reason: str) -> datetime:
    if actor.facilitates(group.id):
        raise Conflict("facilitates_already")
    async with connection() as sql:
        until: datetime = await sql.fetchval(OPEN, group.id, actor.member_id, reason)
    await enter(
        actor, ActKind.GLASS_OPENED, group_id=group.id, reason=reason, after={"until": until.isoformat()}
    )
    return until


@command
async def _note_guess(actor: Actor, reason: str) -> None:
    await audit(actor.member_id, "glass.not_found", "glass", None, reason=reason)


@command
async def close_glass(actor: Actor, slug: str) -> None:
    """Shut it again before its hour is over; NotFound for what is not open."""
    group = await group_at(slug)
    require(can_break_glass(actor, group))
    if group is None:
        raise NotFound
    async with connection() as sql:
        closed = await sql.fetch(CLOSE, group.id, actor.member_id)
    if not closed:
        raise NotFound
    await audit(actor.member_id, "glass.closed", "glass", group.id, group_id=group.id)
