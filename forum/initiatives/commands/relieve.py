"""Who can lead no more does not: they left the group, are banned from it, suspended for long, or deactivated."""
from forum.initiatives.commands.leads import succeed
from forum.initiatives.facts import LeadsChanged
from forum.initiatives.models import LeadState
from forum.initiatives.queries.door import LOCK, state_of
from forum.kit.transaction import command, connection
from forum.outbox.record import record_all

# {0}: somebody who leads, or was asked to, i: the initiative. A suspension of at most 14 days is waited for: the time
# that an initiative has without anybody who leads it.
DEPARTED = """
    (NOT EXISTS (SELECT FROM memberships p
                 WHERE p.group_id = i.group_id AND p.member_id = {0}.member_id AND p.role <> 'reader')
     OR EXISTS (SELECT FROM bans b WHERE b.group_id = i.group_id AND b.member_id = {0}.member_id)
     OR EXISTS (SELECT FROM members m WHERE m.id = {0}.member_id AND (m.status = 'deactivated' OR (
                m.status = 'suspended'
                AND (m.suspended_until IS NULL OR m.suspended_until > now() + interval '14 days')))))
"""
# A draft stays with its lead unless a co-lead is there to take it: nobody else knows of it, and they may come back.
LEAVING = (
    """
    l.state IN ('asked', 'accepted') AND (i.stage IN ('gathering', 'active') OR (i.stage = 'draft'
        AND (l.role = 'co_lead' OR EXISTS (SELECT FROM initiative_leads o WHERE o.initiative_id = i.id
            AND o.role = 'co_lead' AND o.state = 'accepted' AND NOT """
    + DEPARTED.format("o")
    + ")))) AND "
    + DEPARTED.format("l")
)
RELIEVE = (
    """
    UPDATE initiative_leads l SET state = 'left', answered_at = now()
    FROM initiatives i, initiative_leads old
    WHERE l.initiative_id = $1 AND i.id = $1 AND old.id = l.id AND """
    + LEAVING
    + " RETURNING l.member_id, old.state AS was"
)
# $1 group or null, $2 member or null: all of them
LED_BY_DEPARTED = (
    """
    SELECT DISTINCT i.id FROM initiative_leads l JOIN initiatives i ON i.id = l.initiative_id
    WHERE ($1::bigint IS NULL OR i.group_id = $1) AND ($2::bigint IS NULL OR l.member_id = $2) AND """
    + LEAVING
    + " ORDER BY i.id"
)


async def led_by_departed(group_id: int | None = None, member_id: int | None = None) -> list[int]:
    """The initiatives among whose leads somebody can lead no more."""
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(LED_BY_DEPARTED, group_id, member_id)]


@command
async def relieve(initiative_id: int) -> None:
    """Let go of those who can lead it no more; the co-lead who agreed first comes after a lead."""
    async with connection() as sql:
        await sql.execute(LOCK, initiative_id)
        rows = await sql.fetch(RELIEVE, initiative_id)
    if not rows:
        return
    state = await state_of(initiative_id)
    await succeed(initiative_id)
    await record_all([
        LeadsChanged(
            initiative_id=initiative_id,
            group_id=state.group.id,
            member_id=row["member_id"],
            state=LeadState.LEFT.value,
        )
        for row in rows
        if row["was"] == LeadState.ACCEPTED
    ])
