"""Withdraw an initiative, and take up again one that has ended."""
from auth.actor import Actor
from forum.initiatives.commands.advance import advance
from forum.initiatives.commands.leads import succeed
from forum.initiatives.commands.relieve import relieve
from forum.initiatives.models import Stage
from forum.initiatives.policies import can_reopen, can_withdraw
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.stages import Move
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import audit

MOST = 2000

DAYS = "SELECT gathering_days FROM groups WHERE id = $1"


@command
async def withdraw(actor: Actor, initiative_id: int, reason: str) -> None:
    """Those who lead it give it up, and say why."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_withdraw(actor, state))
    await advance(state, Move.WITHDRAW, actor.member_id, reason=body_field(reason, "reason", most=MOST))


@command
async def reopen(actor: Actor, initiative_id: int, reason: str) -> None:
    """The facilitators take it up again: where the goal had been reached it is active, else it has new days.

    Whoever led it and may do so no longer leads it no longer; where nobody is left, it waits for somebody.
    """
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_reopen(actor, state))
    reason = body_field(reason, "reason", most=MOST)
    async with connection() as sql:
        days = await sql.fetchval(DAYS, state.group.id)
    stage = await advance(state, Move.REOPEN, actor.member_id, reason=reason, days=days)
    await relieve(initiative_id)
    await succeed(initiative_id)
    await audit(
        actor.member_id,
        "initiative.reopened",
        "initiative",
        initiative_id,
        group_id=state.group.id,
        before={"stage": state.stage.value},
        after={"stage": Stage(stage).value},
    )
