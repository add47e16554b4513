"""Put one's name to an initiative, and take it back while it gathers."""
from auth.actor import Actor
from forum.initiatives.commands.advance import advance
from forum.initiatives.facts import CoSponsorJoined, CoSponsorLeft
from forum.initiatives.models import Stage
from forum.initiatives.policies import can_cosponsor, can_withdraw_support
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.stages import Move
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record

JOIN = """
    INSERT INTO cosponsors (initiative_id, member_id) VALUES ($1, $2)
    ON CONFLICT (initiative_id, member_id) DO NOTHING RETURNING id
"""
LEAVE = "DELETE FROM cosponsors WHERE initiative_id = $1 AND member_id = $2 RETURNING id"
COUNT = "UPDATE initiatives SET cosponsor_count = cosponsor_count + $2 WHERE id = $1 RETURNING cosponsor_count, goal"


@command
async def cosponsor(actor: Actor, initiative_id: int) -> None:
    """Twice is once. The initiative's row lock is why the goal is reached once, however many come at the same time."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_cosponsor(actor, state))
    assert actor.member_id is not None
    async with connection() as sql:
        if await sql.fetchval(JOIN, initiative_id, actor.member_id) is None:
            return
        row = await sql.fetchrow(COUNT, initiative_id, 1)
    assert row is not None
    await record(
        CoSponsorJoined(
            initiative_id=initiative_id,
            group_id=state.group.id,
            member_id=actor.member_id,
            count=row["cosponsor_count"],
            goal=row["goal"],
        )
    )
    if state.stage is Stage.GATHERING and row["cosponsor_count"] >= row["goal"]:
        await advance(state, Move.REACH, actor.member_id)


@command
async def withdraw_support(actor: Actor, initiative_id: int) -> None:
    """Take one's name back; whoever is no co-sponsor changes nothing."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_withdraw_support(actor, state))
    assert actor.member_id is not None
    async with connection() as sql:
        if await sql.fetchval(LEAVE, initiative_id, actor.member_id) is None:
            return
        await sql.execute(COUNT, initiative_id, -1)
    await record(CoSponsorLeft(initiative_id=initiative_id, group_id=state.group.id, member_id=actor.member_id))
