"""Who leads: ask somebody along, answer that, step down, and who comes after."""
from collections.abc import Sequence

from auth.actor import Actor
from forum.initiatives.facts import LeadAsked, LeadsChanged
from forum.initiatives.models import LeadState, Stage
from forum.initiatives.policies import (
    InitiativeState,
    can_answer_request,
    can_ask_lead,
    can_step_down,
)
from forum.initiatives.queries.door import initiative_door, state_of
from forum.kit.errors import Invalid, NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.queries import id_of
from forum.outbox.record import record, record_all

MOST_LEADS = 12

# $1 group, $2 usernames: who takes part in it and may be asked; $3 a member who is not asked about.
ELIGIBLE = """
    SELECT m.id, lower(m.username) AS username FROM members m
    LEFT JOIN memberships p ON p.group_id = $1 AND p.member_id = m.id AND p.role <> 'reader'
    WHERE lower(m.username) = ANY($2::text[]) AND (m.id = $3 OR (p.id IS NOT NULL AND m.status = 'active'
      AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = $1 AND b.member_id = m.id)))
"""
# Who left may be asked again, and who declined after a week; who leads already is left alone.
ASK = """
    INSERT INTO initiative_leads (initiative_id, member_id, role, state, asked_by_id)
    SELECT $1, m, 'co_lead', 'asked', $3 FROM unnest($2::bigint[]) m
    ON CONFLICT (initiative_id, member_id) DO UPDATE SET
        role = 'co_lead', state = 'asked', asked_by_id = $3, answered_at = NULL, created_at = now()
    WHERE initiative_leads.state = 'left'
        OR (initiative_leads.state = 'declined' AND initiative_leads.answered_at < now() - interval '7 days')
    RETURNING member_id
"""
TAKE_BACK = "DELETE FROM initiative_leads WHERE initiative_id = $1 AND member_id = $2 AND state = 'asked'"
SAID_NO = """
    SELECT true FROM initiative_leads WHERE initiative_id = $1 AND member_id = ANY($2::bigint[])
      AND state = 'declined' LIMIT 1
"""
COUNT = "SELECT count(*) FROM initiative_leads WHERE initiative_id = $1 AND state IN ('asked', 'accepted')"
ANSWER = """
    UPDATE initiative_leads SET state = $3, answered_at = now() WHERE initiative_id = $1 AND member_id = $2
"""
# Who comes after a lead: the co-lead who agreed first.
SUCCEED = """
    UPDATE initiative_leads SET role = 'lead' WHERE id = (
        SELECT id FROM initiative_leads WHERE initiative_id = $1 AND state = 'accepted'
        ORDER BY answered_at, id LIMIT 1)
    RETURNING member_id
"""
LEAD_AGAIN = "UPDATE initiatives SET leaderless_since = NULL WHERE id = $1 AND leaderless_since IS NOT NULL"
LEADERLESS = "UPDATE initiatives SET leaderless_since = now() WHERE id = $1 AND leaderless_since IS NULL"
# Whoever leads supports it in another way.
NO_COSPONSOR = """
    WITH gone AS (DELETE FROM cosponsors WHERE initiative_id = $1 AND member_id = $2 RETURNING id)
    UPDATE initiatives SET cosponsor_count = cosponsor_count - 1 WHERE id = $1 AND EXISTS (SELECT FROM gone)
"""


@command
async def ask_lead(actor: Actor, initiative_id: int, username: str) -> None:
    """Ask a member of the group to lead along."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_ask_lead(actor, state))
    assert actor.member_id is not None
    await ask_members(actor.member_id, initiative_id, state.group.id, [username], field="username")


async def ask_members(
    asked_by: int, initiative_id: int, group_id: int, usernames: Sequence[str], *, field: str = "co_leads"
) -> None:
    """Raises Invalid at ``field`` when one of them does not take part in the group, or said no within a week."""
    wanted = {name.removeprefix("@").lower() for name in usernames}
    found = await eligible(group_id, usernames)
    if wanted - set(found):
        raise Invalid({field: "not_in_group"})
    async with connection() as sql:
        asked = sorted({*found.values()} - {asked_by})
        rows = await sql.fetch(ASK, initiative_id, asked, asked_by)
        if await sql.fetchval(SAID_NO, initiative_id, asked):
            raise Invalid({field: "said_no"})
        if await sql.fetchval(COUNT, initiative_id) > MOST_LEADS:
            raise Invalid({field: "too_many_leads"})
    await record_all(
        [LeadAsked(initiative_id=initiative_id, member_id=row["member_id"], asked_by=asked_by) for row in rows]
    )


async def eligible(group_id: int, usernames: Sequence[str], *, stays: int | None = None) -> dict[str, int]:
    """Ids by lower-case name of those who take part in the group, and of ``stays`` whether or not they do."""
    wanted = sorted({name.removeprefix("@").lower() for name in usernames})
    async with connection() as sql:
        return {row["username"]: row["id"] for row in await sql.fetch(ELIGIBLE, group_id, wanted, stays)}


@command
async def take_back_request(actor: Actor, initiative_id: int, username: str) -> None:
    """Somebody was asked by mistake: until they answer they know of a draft. Who was not asked changes nothing."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_ask_lead(actor, state))
    member_id = await id_of(username)
    if member_id is None:
        raise NotFound
    async with connection() as sql:
        await sql.execute(TAKE_BACK, initiative_id, member_id)


@command
async def answer_request(actor: Actor, initiative_id: int, *, agree: bool) -> None:
    """Lead along, or not; where nobody leads, whoever agrees is the lead."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_answer_request(actor, state))
    assert actor.member_id is not None
    await _set(state, actor.member_id, LeadState.ACCEPTED if agree else LeadState.DECLINED)
    if agree:
        async with connection() as sql:
            if state.stage is Stage.GATHERING:
                await sql.execute(NO_COSPONSOR, initiative_id, actor.member_id)
        await succeed(initiative_id)


@command
async def step_down(actor: Actor, initiative_id: int) -> None:
    """Lead no more: the co-lead who agreed first comes after a lead."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_step_down(actor, state))
    assert actor.member_id is not None
    await _set(state, actor.member_id, LeadState.LEFT)
    await succeed(initiative_id)


async def _set(state: InitiativeState, member_id: int, to: LeadState) -> None:
    async with connection() as sql:
        await sql.execute(ANSWER, state.id, member_id, to.value)
    await record(
        LeadsChanged(initiative_id=state.id, group_id=state.group.id, member_id=member_id, state=to.value)
    )


async def succeed(initiative_id: int) -> int | None:
    """Give a locked initiative that has no lead the next one; their id, if anybody was needed and is there."""
    state = await state_of(initiative_id)
    if state.lead_id is not None:
        return None
    async with connection() as sql:
        next_one = await sql.fetchval(SUCCEED, initiative_id)
        if state.stage is not Stage.DRAFT:
            await sql.execute(LEAD_AGAIN if next_one is not None else LEADERLESS, initiative_id)
    if next_one is None:
        return None
    await record(
        LeadsChanged(initiative_id=initiative_id, group_id=state.group.id, member_id=next_one, state="lead")
    )
    return int(next_one)
