"""What holds now of somebody's sanctions, written where every request reads it: their row, and their places.

The table of sanctions is the truth, and the longest of each kind holds. A hold of a provisioning source is neither ours
to lift nor stronger than a sanction: while there is one it remembers what will hold once it is lifted.
"""
from forum.kit.transaction import command, connection

LOCK = "SELECT FROM members WHERE id = $1 FOR NO KEY UPDATE"
# A suspension that waits for its second person holds for seven days at most.
ENDS = """
    CASE WHEN s.needs_confirmation AND s.confirmed_by_id IS NULL
         THEN least(s.until, s.created_at + interval '7 days') ELSE coalesce(s.until, 'infinity') END
"""
# What holds of whom ($1, or everybody), the longest of each kind and place first.
HOLDING = (
    """
    SELECT DISTINCT ON (s.member_id, s.group_id, s.kind) s.member_id, s.group_id, s.kind, s.reason, """
    + ENDS
    + """ AS ends
    FROM sanctions s WHERE ($1::bigint IS NULL OR s.member_id = $1) AND s.lifted_at IS NULL
      AND s.kind <> 'warning' AND """
    + ENDS
    + """ > clock_timestamp()
    ORDER BY s.member_id, s.group_id, s.kind, ends DESC, s.id
"""
)
_LAW = (
    " WITH holding AS ("
    + HOLDING
    + """), law AS (
        SELECT m.id, silence.ends AS silenced_until, m.status AS was,
            suspension.ends IS NOT NULL AS suspended, nullif(suspension.ends, 'infinity') AS suspended_until,
            suspension.reason, EXISTS (SELECT FROM holds h WHERE h.member_id = m.id) AS held
        FROM members m
        LEFT JOIN holding silence
            ON silence.member_id = m.id AND silence.group_id IS NULL AND silence.kind = 'silence'
        LEFT JOIN holding suspension
            ON suspension.member_id = m.id AND suspension.group_id IS NULL AND suspension.kind = 'suspension'
        WHERE ($1::bigint IS NULL OR m.id = $1)
    )
"""
)
# Whoever was not let in yet, or is gone, stays that: nobody comes in by being suspended.
_STATUS = """
    CASE WHEN law.was IN ('pending', 'deactivated') THEN law.was
         WHEN law.held OR law.suspended THEN 'suspended' ELSE 'active' END
"""
SETTLE_MEMBER = (
    _LAW
    + """
    UPDATE members m SET silenced_until = law.silenced_until, status = """
    + _STATUS
    + """, suspended_until = CASE WHEN law.held THEN NULL ELSE law.suspended_until END, suspension_reason = law.reason
    FROM law WHERE m.id = law.id
"""
)
SETTLE_HOLDS = (
    _LAW
    + """
    UPDATE holds h SET status_before = CASE WHEN law.suspended THEN 'suspended' ELSE 'active' END,
        until_before = law.suspended_until
    FROM law WHERE h.member_id = law.id AND h.status_before IN ('active', 'suspended')
"""
)
_PLACES = (
    " WITH holding AS ("
    + HOLDING
    + """), law AS (
        SELECT ms.id, silence.ends AS silenced_until, suspension.ends AS suspended_until
        FROM memberships ms
        LEFT JOIN holding silence ON silence.member_id = ms.member_id AND silence.group_id = ms.group_id
            AND silence.kind = 'silence'
        LEFT JOIN holding suspension ON suspension.member_id = ms.member_id AND suspension.group_id = ms.group_id
            AND suspension.kind = 'suspension'
        WHERE ($1::bigint IS NULL OR ms.member_id = $1)
    )
"""
)
SETTLE_PLACES = (
    _PLACES
    + """
    UPDATE memberships ms SET silenced_until = law.silenced_until, suspended_until = law.suspended_until
    FROM law WHERE ms.id = law.id AND (ms.silenced_until IS DISTINCT FROM law.silenced_until
        OR ms.suspended_until IS DISTINCT FROM law.suspended_until)
"""
)
# $2: the place that began; most members have no sanction anywhere.
SETTLE_PLACE = SETTLE_PLACES + " AND ms.group_id = $2 AND EXISTS (SELECT FROM sanctions s WHERE s.member_id = $1)"

# What has ended of itself may stand in a cache until it is written next.
ASTRAY = (
    _LAW
    + """
    SELECT m.id FROM members m JOIN law ON law.id = m.id
    WHERE (CASE WHEN m.silenced_until > now() THEN m.silenced_until END) IS DISTINCT FROM law.silenced_until
       OR (CASE WHEN m.status = 'suspended' AND m.suspended_until <= now() AND NOT law.held
                THEN 'active' ELSE m.status END) IS DISTINCT FROM """
    + _STATUS
    + """
       OR (law.suspended AND NOT law.held AND m.status = 'suspended'
           AND m.suspended_until IS DISTINCT FROM law.suspended_until)
"""
)
PLACES_ASTRAY = (
    _PLACES
    + """
    SELECT DISTINCT ms.member_id AS id FROM memberships ms JOIN law ON law.id = ms.id
    WHERE (CASE WHEN ms.silenced_until > now() THEN ms.silenced_until END) IS DISTINCT FROM law.silenced_until
       OR (CASE WHEN ms.suspended_until > now() THEN ms.suspended_until END) IS DISTINCT FROM law.suspended_until
"""
)


async def settle(member_id: int) -> None:
    """Write what holds now into the member's row, their places and the memory of their holds.

    The row's lock comes first: of two who change sanctions at once, the second sees what the first one did.
    """
    async with connection() as sql:
        await sql.execute(LOCK, member_id)
        await sql.execute(SETTLE_PLACES, member_id)
        await sql.execute(SETTLE_HOLDS, member_id)
        await sql.execute(SETTLE_MEMBER, member_id)


@command
async def settled(member_id: int) -> None:
    """The same in a transaction of its own, for the doctor."""
    await settle(member_id)


async def settle_place(member_id: int, group_id: int) -> None:
    """The same for one place that has just begun."""
    async with connection() as sql:
        await sql.execute(SETTLE_PLACE, member_id, group_id)


async def find_astray() -> list[int]:
    """Members whose rows, or places, say something else than their sanctions."""
    async with connection() as sql:
        found = [*await sql.fetch(ASTRAY, None), *await sql.fetch(PLACES_ASTRAY, None)]
    return sorted({row["id"] for row in found})
