"""Warn, silence, suspend; confirm a long suspension; lift any of them."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from auth.actor import Actor, Opened, StaffRole, Status
from auth.sessions import commands as sessions
from auth.tokens import commands as tokens
from forum.directory import actor_of
from forum.groups.policies import GroupState
from forum.groups.queries import door, state_of
from forum.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.models import ActKind, Sanction, SanctionKind
from forum.moderation.policies import Whom, can_sanction, can_sanction_person
from forum.moderation.standing import settle

LONGEST_DAYS: Final = 3650
# Longer than this a suspension needs a second person; until then it holds for so long.
ALONE: Final = timedelta(days=7)

LOCK_GROUP = "SELECT FROM groups WHERE id = $1 FOR NO KEY UPDATE"
# $1 username or null, $2 id or null, $3 group or null. While a source holds somebody, their status is what was before.
WHOM = """
    SELECT m.id, m.staff, coalesce(h.status_before, m.status) AS status, coalesce(ms.role = 'facilitator', false)
        AS facilitates,
        ms.id IS NOT NULL OR EXISTS (SELECT FROM sanctions s WHERE s.member_id = m.id AND s.group_id = $3)
        OR EXISTS (SELECT FROM bans b WHERE b.member_id = m.id AND b.group_id = $3)
        OR EXISTS (SELECT FROM posts p JOIN threads t ON t.id = p.thread_id
                   WHERE p.author_id = m.id AND t.group_id = $3) AS known_here
    FROM members m LEFT JOIN memberships ms ON ms.member_id = m.id AND ms.group_id = $3
    LEFT JOIN LATERAL (SELECT * FROM holds h WHERE h.member_id = m.id ORDER BY h.id LIMIT 1) h ON true
    WHERE ($1::text IS NULL OR lower(m.username) = lower($1)) AND ($2::bigint IS NULL OR m.id = $2)
"""
# All of them, in one order: of two administrators who suspend one another at once, one stays.
LOCK_ADMINS = """
    SELECT id FROM members WHERE staff = 'admin' ORDER BY id FOR NO KEY UPDATE
"""
ADMINS_IN_OFFICE = """
    SELECT id FROM members WHERE staff = 'admin'
      AND (status = 'active' OR (status = 'suspended' AND suspended_until <= clock_timestamp()))
"""
LOCK = """
    SELECT s.*, s.until - s.created_at AS lasting, coalesce(s.until, 'infinity') <= clock_timestamp() AS over,
        s.needs_confirmation AND s.confirmed_by_id IS NULL
            AND s.created_at + $2::interval <= clock_timestamp() AS lapsed
    FROM sanctions s WHERE s.id = $1 FOR UPDATE
"""
CONFIRM = "UPDATE sanctions SET confirmed_by_id = $2 WHERE id = $1"
LIFT = "UPDATE sanctions SET lifted_by_id = $2, lifted_at = clock_timestamp() WHERE id = $1"
GIVE_AGAIN = "UPDATE sanctions SET lifted_by_id = NULL, lifted_at = NULL WHERE id = $1"

GIVEN: Final = {
    SanctionKind.WARNING: ActKind.MEMBER_WARNED,
    SanctionKind.SILENCE: ActKind.MEMBER_SILENCED,
    SanctionKind.SUSPENSION: ActKind.MEMBER_SUSPENDED,
}


@command
async def give_sanction(
    actor: Actor,
    username: str,
    kind: SanctionKind,
    *,
    group: str | None,
    reason: str,
    until: datetime | None = None,
    days: int | None = None,
    case_id: int | None = None,
) -> int:
    """Warn, silence or suspend somebody in one group (its slug) or on the whole site; returns the sanction's id.

    It ends ``until`` then, or after so many days; a warning has no end, nor has a suspension from the site for which
    none is said. ``reason`` is what the member reads. Over seven days of suspension wait for a second person.
    """
    place = None if group is None else await door(actor, group)
    require(can_sanction(actor, kind, place))
    reason = body_field(reason, "reason", most=REASON_LENGTH)
    now = datetime.now(UTC)
    ends = _end(kind, now, until, days, on_site=place is None)
    lasting = None if ends is None else ends - now
    whom = await _whom(username, None, place, strict=not actor.is_staff)
    require(can_sanction_person(actor, kind, place, whom, lasting))
    await _hold_still(actor, kind, place, whom)
    given = await Sanction.create(
        member_id=whom.id,
        group_id=None if place is None else place.id,
        kind=kind,
        reason=reason,
        until=ends,
        case_id=case_id,
        given_by_id=actor.member_id,
        needs_confirmation=kind is SanctionKind.SUSPENSION and (lasting is None or lasting > ALONE),
        created_at=now,
    )
    await _put_in_force(whom.id, kind, place)
    await _enter_given(actor, given)
    return int(given.id)


async def _enter_given(actor: Actor, given: Sanction) -> None:
    await enter(
        actor,
        GIVEN[given.kind],
        group_id=given.group_id,
        member_id=given.member_id,
        case_id=given.case_id,
        reason=given.reason,
        after={"sanction": given.id, "until": None if given.until is None else given.until.isoformat()},
        undo={"sanction": given.id},
    )


@command
async def confirm_sanction(actor: Actor, sanction_id: int) -> None:
    """The second person agrees to a long suspension; who gave it must still have the right, too.

    Raises Conflict for one that waits for nobody (any more), NotAllowed for who gave it.
    """
    row, place, whom = await _locked(actor, sanction_id)
    if row["lifted_at"] is not None or row["over"] or not row["needs_confirmation"] or row["confirmed_by_id"]:
        raise Conflict("nothing_to_confirm")
    if row["lapsed"]:
        raise Conflict("confirmation_lapsed")
    if row["given_by_id"] == actor.member_id:
        raise NotAllowed("second_person_needed")
    giver = await actor_of(row["given_by_id"], acting=True)
    kind, lasting = SanctionKind(row["kind"]), row["lasting"]
    if giver is None or not can_sanction_person(_as_they_were(giver, place), kind, place, whom, lasting):
        raise Conflict("giver_lost_right")
    async with connection() as sql:
        await sql.execute(CONFIRM, sanction_id, actor.member_id)
    await _put_in_force(whom.id, kind, place)
    await enter(
        actor,
        ActKind.SUSPENSION_CONFIRMED,
        group_id=row["group_id"],
        member_id=whom.id,
        reason=row["reason"],
        after={"sanction": sanction_id},
    )


@command
async def lift_sanction(actor: Actor, sanction_id: int, reason: str = "") -> None:
    """Take a sanction back; lifting one that is lifted, or over, is a Conflict."""
    reason = body_field(reason, "reason", least=0, most=REASON_LENGTH)
    row, _place, whom = await _locked(actor, sanction_id)
    if row["lifted_at"] is not None or row["over"]:
        raise Conflict("lifted_already" if row["lifted_at"] is not None else "sanction_over")
    await _lift(actor, sanction_id, whom.id)
    await enter(
        actor,
        ActKind.SANCTION_LIFTED,
        group_id=row["group_id"],
        member_id=whom.id,
        reason=reason,
        after={"sanction": sanction_id},
        undo={"sanction": sanction_id},
    )


@undoes(*GIVEN.values())
async def _take_back(actor: Actor, done: Done) -> None:
    sanction_id = int(done.undo["sanction"])
    row, _place, whom = await _locked(actor, sanction_id)
    if row["lifted_at"] is not None:
        raise Conflict("lifted_already")
    await _lift(actor, sanction_id, whom.id)


@undoes(ActKind.SANCTION_LIFTED)
async def _give_again(actor: Actor, done: Done) -> None:
    sanction_id = int(done.undo["sanction"])
    row, place, whom = await _locked(actor, sanction_id)
    if row["lifted_at"] is None:
        raise Conflict("moved_on")
    await _hold_still(actor, SanctionKind(row["kind"]), place, whom)
    async with connection() as sql:
        await sql.execute(GIVE_AGAIN, sanction_id)
    await _put_in_force(whom.id, SanctionKind(row["kind"]), place)


async def _lift(actor: Actor, sanction_id: int, member_id: int) -> None:
    async with connection() as sql:
        await sql.execute(LIFT, sanction_id, actor.member_id)
    await settle(member_id)


async def _locked(actor: Actor, sanction_id: int) -> tuple[asyncpg.Record, GroupState | None, Whom]:
    """A sanction that this actor could give as well, locked; NotFound where they may not know of its group."""
    async with connection() as sql:
        row = await sql.fetchrow(LOCK, sanction_id, ALONE)
    if row is None:
        raise NotFound
    kind, place = SanctionKind(row["kind"]), None
    if row["group_id"] is not None:
        place = await state_of(row["group_id"])
    require(can_sanction(actor, kind, place))
    whom = await _whom(None, row["member_id"], place, strict=False)
    require(can_sanction_person(actor, kind, place, whom, row["lasting"]))
    return row, place, whom


async def _whom(username: str | None, member_id: int | None, place: GroupState | None, *, strict: bool) -> Whom:
    """``strict``: they have, or had, something to do with the group; a facilitator's word reaches no further."""
    async with connection() as sql:
        row = await sql.fetchrow(WHOM, username, member_id, None if place is None else place.id)
    if row is None or row["status"] == Status.DEACTIVATED or (strict and not row["known_here"]):
        raise NotFound
    if row["status"] == Status.PENDING:
        raise Conflict("not_let_in_yet")
    staff = None if row["staff"] is None else StaffRole(row["staff"])
    return Whom(id=row["id"], staff=staff, facilitates=row["facilitates"])


def _end(
    kind: SanctionKind, now: datetime, until: datetime | None, days: int | None, *, on_site: bool
) -> datetime | None:
    """When it ends; errors: ``days`` or ``until``, as ``required`` or ``not_valid``."""
    if kind is SanctionKind.WARNING:
        if until is not None or days is not None:
            raise Invalid({"until": "warning_has_no_end"})
        return None
    if days is not None:
        if until is not None or not 1 <= days <= LONGEST_DAYS:
            raise Invalid({"days": "not_valid"})
        return now + timedelta(days=days)
    if until is None and kind is SanctionKind.SUSPENSION and on_site:
        return None
    if until is None:
        raise Invalid({"days": "required"})
    if until.tzinfo is None or not now < until <= now + timedelta(days=LONGEST_DAYS):
        raise Invalid({"until": "not_valid"})
    return until


async def _hold_still(actor: Actor, kind: SanctionKind, place: GroupState | None, whom: Whom) -> None:
    """A place in the group that begins meanwhile would miss what is given here; an administrator stays."""
    if place is not None:
        async with connection() as sql:
            await sql.execute(LOCK_GROUP, place.id)
    if kind is not SanctionKind.SUSPENSION or place is not None or whom.staff is not StaffRole.ADMIN:
        return
    async with connection() as sql:
        await sql.execute(LOCK_ADMINS)
        in_office = {row["id"] for row in await sql.fetch(ADMINS_IN_OFFICE)}
    if actor.member_id not in in_office:
        raise NotAllowed("staff_only")
    if in_office == {whom.id}:
        raise Conflict("last_admin")


async def _put_in_force(member_id: int, kind: SanctionKind, place: GroupState | None) -> None:
    """Whoever is suspended from the site is out at once; their streams hear of the act."""
    await settle(member_id)
    if kind is SanctionKind.SUSPENSION and place is None:
        await sessions.end_others(member_id, None)
        await tokens.end_all(member_id)


def _as_they_were(giver: Actor, place: GroupState | None) -> Actor:
    """What a giver opened for an hour need not be open still: their role is what counts."""
    if place is None or giver.staff is None or place.id in giver.banned:
        return giver
    opened = {place.id: Opened(place.slug, place.title, datetime.max.replace(tzinfo=UTC))}
    return replace(giver, opened={**giver.opened, **opened}, listed=(*giver.listed, place.id),
                   readable=(*giver.readable, place.id))  # fmt: skip
