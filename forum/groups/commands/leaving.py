"""What leaving means: once the days of grace are over, the group's ``on_leave`` decides (`identity.md`, rule 3).

``remove``: the grant ends. ``read_only``: it becomes a reader's. ``alumni``: its holder gets a grant of the same source
in the alumni group, then it ends. What somebody wrote stays in each case.
"""
from collections.abc import Sequence

import asyncpg

from forum.groups.commands.grants import HOLD, settle_places
from forum.groups.facts import MembershipStarted
from forum.groups.models import OnLeave
from forum.kit.errors import Invalid, NotFound
from forum.kit.transaction import command, connection
from forum.outbox.record import MemberEntry, audit, audit_members, record_all

BATCH = 400

DUE = "SELECT id FROM grants WHERE leaves_at <= now() ORDER BY leaves_at, id LIMIT $1"
# The groups that somebody leaves and those that they come to, all locked in one order.
LOCK_GROUPS = """
    SELECT id FROM groups WHERE id IN (
        SELECT unnest(ARRAY[gr.id, gr.alumni_group_id]) FROM grants g
        JOIN memberships ms ON ms.id = g.membership_id JOIN groups gr ON gr.id = ms.group_id
        WHERE g.id = ANY($1::bigint[]))
    ORDER BY id FOR NO KEY UPDATE
"""
LEAVING = """
    SELECT g.id, g.membership_id, g.source, ms.group_id, ms.member_id, gr.alumni_group_id,
           CASE WHEN g.ends_at_once OR (gr.on_leave = 'alumni' AND gr.alumni_group_id IS NULL) THEN 'remove'
                ELSE gr.on_leave END AS on_leave
    FROM grants g JOIN memberships ms ON ms.id = g.membership_id JOIN groups gr ON gr.id = ms.group_id
    WHERE g.id = ANY($1::bigint[]) AND g.leaves_at <= now() ORDER BY g.membership_id, g.id
"""
READ_ONLY = "UPDATE grants SET role = 'reader', leaves_at = NULL, kept = true WHERE id = ANY($1::bigint[])"
REMOVE = "DELETE FROM grants WHERE id = ANY($1::bigint[])"
# $1 groups, $2 members
BECOME_ALUMNI = """
    INSERT INTO memberships (group_id, member_id, role)
    SELECT DISTINCT w.group_id, w.member_id, 'member' FROM unnest($1::bigint[], $2::bigint[]) AS w (group_id, member_id)
    JOIN members m ON m.id = w.member_id AND m.status <> 'deactivated'
    WHERE NOT EXISTS (SELECT FROM bans b WHERE b.group_id = w.group_id AND b.member_id = w.member_id)
    ORDER BY 1, 2
    ON CONFLICT (group_id, member_id) DO NOTHING RETURNING group_id, member_id
"""
# $1 groups, $2 members, $3 sources. A grant that this source gives there anyway stays as it is.
KEEP = """
    INSERT INTO grants (membership_id, source, role, kept)
    SELECT DISTINCT ms.id, w.source, 'member', true
    FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS w (group_id, member_id, source)
    JOIN memberships ms ON ms.group_id = w.group_id AND ms.member_id = w.member_id
    ON CONFLICT (membership_id, source) DO UPDATE SET role = 'member', leaves_at = NULL, kept = true
    WHERE grants.leaves_at IS NOT NULL
    RETURNING membership_id
"""

SET = """
    UPDATE groups g SET on_leave = $2, grace_days = $3, alumni_group_id = alumni.id
    FROM (SELECT) one LEFT JOIN groups alumni ON alumni.slug = $4
    WHERE g.slug = $1 RETURNING g.id, alumni.id AS alumni_id
"""


@command
async def set_leaving(slug: str, on_leave: OnLeave, grace_days: int, alumni_group: str | None) -> None:
    """What an operator says of leaving; who is leaving already keeps the day that was set."""
    if (on_leave is OnLeave.ALUMNI) != (alumni_group is not None) or slug == alumni_group:
        raise Invalid({"alumni_group": "required" if alumni_group is None else "not_valid"})
    async with connection() as sql:
        row = await sql.fetchrow(SET, slug, on_leave.value, grace_days, alumni_group)
    if row is None or (alumni_group is not None and row["alumni_id"] is None):
        raise NotFound("unknown_group")
    after = {"on_leave": on_leave.value, "grace_days": grace_days, "alumni_group": row["alumni_id"]}
    await audit(None, "group.leaving_set", "group", row["id"], group_id=row["id"], after=after)


@command
async def leave_due() -> int:
    """Take some of those whose days of grace are over; how many there were."""
    async with connection() as sql:
        due = [row["id"] for row in await sql.fetch(DUE, BATCH)]
    return await leave(due)


async def leave(grant_ids: Sequence[int]) -> int:
    """Do what ``on_leave`` says with these grants, if they are still due; how many were."""
    if not grant_ids:
        return 0
    async with connection() as sql:
        await sql.execute(LOCK_GROUPS, list(grant_ids))
        rows = await sql.fetch(LEAVING, list(grant_ids))
        places = sorted({row["membership_id"] for row in rows})
        await sql.execute(HOLD, places)
        await sql.execute(READ_ONLY, _ids(rows, OnLeave.READ_ONLY))
        await sql.execute(REMOVE, _ids(rows, OnLeave.REMOVE, OnLeave.ALUMNI))
    alumni = await _become_alumni([row for row in rows if row["on_leave"] == OnLeave.ALUMNI])
    await settle_places([*places, *alumni])
    await audit_members(
        "grant.ended",
        (
            MemberEntry(row["member_id"], row["group_id"], {"source": row["source"], "reason": row["on_leave"]})
            for row in rows
        ),
    )
    return len(rows)


async def _become_alumni(rows: Sequence[asyncpg.Record]) -> list[int]:
    """The places in alumni groups that these grants leave behind; a ban there stands."""
    if not rows:
        return []
    columns = [[row[name] for row in rows] for name in ("alumni_group_id", "member_id", "source")]
    async with connection() as sql:
        started = await sql.fetch(BECOME_ALUMNI, *columns[:2])
        kept = await sql.fetch(KEEP, *columns)
    source_of = {(row["alumni_group_id"], row["member_id"]): row["source"] for row in rows}
    await record_all([
        MembershipStarted(
            group_id=row["group_id"], member_id=row["member_id"], source=source_of[row["group_id"], row["member_id"]]
        )
        for row in started
    ])
    return [row["membership_id"] for row in kept]


def _ids(rows: Sequence[asyncpg.Record], *what: OnLeave) -> list[int]:
    return [row["id"] for row in rows if row["on_leave"] in what]
