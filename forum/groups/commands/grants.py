"""Grants are where a place in a group comes from; a source changes only its own (`identity.md`, rule 2).

Lock order: group, then membership. The group's row is locked whenever a facilitator may be lost, so that the last two
cannot leave at once.
"""
from auth.actor import GroupRole
from forum.groups.facts import LastFacilitatorLost, MembershipEnded, MembershipStarted, RoleChanged
from forum.groups.models import Grant, Group, Membership
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.outbox.record import record

MANUAL = "manual"

LOCK_GROUP = "SELECT id FROM groups WHERE id = $1 FOR UPDATE"
FACILITATORS = "SELECT count(*) FROM memberships WHERE group_id = $1 AND role = 'facilitator'"
START = """
    INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, $3)
    ON CONFLICT (group_id, member_id) DO NOTHING RETURNING id
"""
GRANT = """
    INSERT INTO grants (membership_id, source, role) VALUES ($1, $2, $3)
    ON CONFLICT (membership_id, source) DO UPDATE SET role = excluded.role
    WHERE grants.role <> excluded.role RETURNING id
"""
HIGHEST = """
    SELECT CASE WHEN bool_or(role = 'facilitator') THEN 'facilitator' WHEN count(*) > 0 THEN 'member' END
    FROM grants WHERE membership_id = $1
"""


@command
async def give_place(group_id: int, member_id: int, source: str, role: GroupRole = GroupRole.MEMBER) -> bool:
    """Set the grant of one source; True when anything changed."""
    async with connection() as sql:
        if role is GroupRole.FACILITATOR or await _is_facilitator(group_id, member_id):
            await sql.execute(LOCK_GROUP, group_id)
        started = await sql.fetchval(START, group_id, member_id, role.value)
        membership_id = started or (
            await Membership.get(group_id=group_id, member_id=member_id).values_list("id", flat=True)
        )
        changed = await sql.fetchval(GRANT, membership_id, source, role.value)
    if started:
        await record(MembershipStarted(group_id=group_id, member_id=member_id, source=source))
    await _settle_role(group_id, member_id, by_person=source == MANUAL)
    return bool(started or changed)


@command
async def take_place(group_id: int, member_id: int, source: str | None) -> bool:
    """End the grant of one source (None: all of them, the member's own wish); the place ends with the last grant."""
    async with connection() as sql:
        await sql.execute(LOCK_GROUP, group_id)
        membership = await Membership.get_or_none(group_id=group_id, member_id=member_id)
        if membership is None:
            return False
        grants = Grant.filter(membership_id=membership.id)
        gone = await (grants if source is None else grants.filter(source=source)).delete()
        if await Grant.filter(membership_id=membership.id).exists():
            await _settle_role(group_id, member_id, by_person=source in (None, MANUAL))
            return bool(gone)
        await Membership.filter(id=membership.id).delete()
        if membership.role is GroupRole.FACILITATOR:
            await _mind_the_last(group_id, by_person=source in (None, MANUAL))
    await record(MembershipEnded(group_id=group_id, member_id=member_id))
    return True


async def _is_facilitator(group_id: int, member_id: int) -> bool:
    return await Membership.filter(
        group_id=group_id, member_id=member_id, role=GroupRole.FACILITATOR
    ).exists()


async def _settle_role(group_id: int, member_id: int, *, by_person: bool) -> None:
    """The role of a place is the highest of its grants."""
    membership = await Membership.get(group_id=group_id, member_id=member_id)
    async with connection() as sql:
        role = GroupRole(await sql.fetchval(HIGHEST, membership.id))
    if role is not membership.role:
        await Membership.filter(id=membership.id).update(role=role)
        await record(RoleChanged(group_id=group_id, member_id=member_id, role=role.value))
        if role is GroupRole.MEMBER:
            await _mind_the_last(group_id, by_person=by_person)
    if role is GroupRole.FACILITATOR:
        await Group.filter(id=group_id, had_facilitator=False).update(had_facilitator=True)


async def _mind_the_last(group_id: int, *, by_person: bool) -> None:
    async with connection() as sql:
        if await sql.fetchval(FACILITATORS, group_id):
            return
    if by_person:
        raise Conflict("last_facilitator")
    await record(LastFacilitatorLost(group_id=group_id))
