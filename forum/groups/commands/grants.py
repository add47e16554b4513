"""Grants are where a place in a group comes from; a source changes only its own (`identity.md`, rule 2).

Lock order: group, then membership. The group's row is locked whenever a facilitator may be lost, so that the last two
cannot leave at once, and whenever a place may end.
"""
from collections.abc import Sequence

from auth.actor import GroupRole
from forum.groups.facts import LastFacilitatorLost, MembershipEnded, MembershipStarted, RoleChanged
from forum.groups.models import Grant, Membership
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.outbox.record import record, record_all

MANUAL = "manual"

LOCK_GROUP = "SELECT id FROM groups WHERE id = $1 FOR NO KEY UPDATE"
START = """
    INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, $3)
    ON CONFLICT (group_id, member_id) DO NOTHING RETURNING id
"""
GRANT = """
    INSERT INTO grants (membership_id, source, role) VALUES ($1, $2, $3)
    ON CONFLICT (membership_id, source) DO UPDATE SET role = excluded.role
    WHERE grants.role <> excluded.role RETURNING id
"""
# A grant that is being written holds its place; waiting for it here, the next statement sees it.
HOLD = "SELECT id FROM memberships WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"
END = """
    DELETE FROM memberships ms
    WHERE ms.id = ANY($1::bigint[]) AND NOT EXISTS (SELECT FROM grants g WHERE g.membership_id = ms.id)
    RETURNING ms.group_id, ms.member_id, ms.role AS was
"""
HIGHEST = """
    SELECT membership_id, CASE WHEN bool_or(role = 'facilitator') THEN 'facilitator'
                               WHEN bool_or(role = 'member') THEN 'member' ELSE 'reader' END AS role
    FROM grants WHERE $1::bigint[] IS NULL OR membership_id = ANY($1::bigint[]) GROUP BY membership_id
"""
RAISE_OR_LOWER = (
    """
    UPDATE memberships ms SET role = highest.role
    FROM ("""
    + HIGHEST
    + """) highest, memberships old
    WHERE ms.id = highest.membership_id AND ms.role <> highest.role AND old.id = ms.id
    RETURNING ms.group_id, ms.member_id, ms.role, old.role AS was
"""
)
HAS_FACILITATOR = """
    UPDATE groups g SET had_facilitator = true
    WHERE NOT g.had_facilitator AND EXISTS (
        SELECT FROM memberships f WHERE f.group_id = g.id AND f.role = 'facilitator' AND f.id = ANY($1::bigint[]))
"""
ORPHANED = """
    SELECT id FROM groups g WHERE g.id = ANY($1::bigint[])
      AND NOT EXISTS (SELECT FROM memberships f WHERE f.group_id = g.id AND f.role = 'facilitator') ORDER BY id
"""


@command
async def give_place(group_id: int, member_id: int, source: str, role: GroupRole = GroupRole.MEMBER) -> bool:
    """Set the grant of one source; True when anything changed."""
    async with connection() as sql:
        # A place that ends meanwhile, or gets another role by a course, would else be half given.
        await sql.execute(LOCK_GROUP, group_id)
        started = await sql.fetchval(START, group_id, member_id, role.value)
        membership_id = started or (await Membership.get(group_id=group_id, member_id=member_id)).id
        changed = await sql.fetchval(GRANT, membership_id, source, role.value)
    if started:
        await record(MembershipStarted(group_id=group_id, member_id=member_id, source=source))
    await settle_places([membership_id], by_person=source == MANUAL)
    return bool(started or changed)


@command
async def take_place(group_id: int, member_id: int, source: str | None) -> bool:
    """End the grant of one source (None: all of them, the member's own wish); the place ends with the last grant."""
    async with connection() as sql:
        await sql.execute(LOCK_GROUP, group_id)
        membership = await Membership.get_or_none(group_id=group_id, member_id=member_id)
        if membership is None:
            return False
        await sql.execute(HOLD, [membership.id])
    grants = Grant.filter(membership_id=membership.id)
    gone = await (grants if source is None else grants.filter(source=source)).delete()
    ended = await settle_places([membership.id], by_person=source in (None, MANUAL))
    return bool(gone or ended)


async def settle_places(membership_ids: Sequence[int], *, by_person: bool = False) -> int:
    """Their grants changed: a place is as high as the highest of them, and ends with the last; how many ended.

    The last facilitator cannot be lost by a person's deed (Conflict); when a source takes them, staff are told.
    """
    ids = list(membership_ids)
    async with connection() as sql:
        ended = await sql.fetch(END, ids)
        changed = await sql.fetch(RAISE_OR_LOWER, ids)
        await sql.execute(HAS_FACILITATOR, ids)
        lost = {row["group_id"] for row in (*ended, *changed) if row["was"] == GroupRole.FACILITATOR}
        orphaned = [row["id"] for row in await sql.fetch(ORPHANED, list(lost))] if lost else []
    if orphaned and by_person:
        raise Conflict("last_facilitator")
    await record_all([
        *(MembershipEnded(group_id=row["group_id"], member_id=row["member_id"]) for row in ended),
        *(RoleChanged(group_id=row["group_id"], member_id=row["member_id"], role=row["role"]) for row in changed),
        *(LastFacilitatorLost(group_id=group_id) for group_id in orphaned),
    ])
    return len(ended)
