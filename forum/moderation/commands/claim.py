"""Hold a case for a quarter of an hour, so that two do not read the same."""
from auth.actor import Actor
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.policies import can_decide_case
from forum.moderation.queries.door import case_door

CLAIM = """
    UPDATE cases SET claimed_by_id = $2, claimed_until = clock_timestamp() + interval '15 minutes' WHERE id = $1
"""
RELEASE = "UPDATE cases SET claimed_by_id = NULL, claimed_until = NULL WHERE id = $1"


@command
async def claim(actor: Actor, case_id: int) -> None:
    """Again: for a quarter of an hour from now. Raises Conflict, with who holds it."""
    case = await case_door(actor, case_id, lock=True)
    require(can_decide_case(actor, case))
    if case.decision is not None:
        raise Conflict("decided_already", by=case.decided_by or "", decision=case.decision.value)
    if case.claimed_by_id not in (None, actor.member_id):
        raise Conflict("claimed_by_another", by=case.claimed_by or "")
    async with connection() as sql:
        await sql.execute(CLAIM, case_id, actor.member_id)


@command
async def release(actor: Actor, case_id: int) -> None:
    """Nothing where somebody else holds it, or nobody."""
    case = await case_door(actor, case_id, lock=True)
    if case.claimed_by_id == actor.member_id:
        async with connection() as sql:
            await sql.execute(RELEASE, case_id)
