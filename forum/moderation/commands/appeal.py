"""The author of a decided case asks another person to look, who upholds or overturns it."""
from auth.actor import Actor
from forum.kit.errors import Conflict
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, enter
from forum.moderation.commands.decide import undo_of_verdict
from forum.moderation.facts import AppealMade
from forum.moderation.models import ActKind, AppealOutcome
from forum.moderation.policies import can_decide_appeal, can_read_verdict
from forum.moderation.queries.door import case_door, case_without_door
from forum.moderation.verdicts import lock_to_take_back, take_back
from forum.outbox.record import record

TEXT_LENGTH = 4000

MAKE = "INSERT INTO appeals (case_id, text) VALUES ($1, $2)"
DECIDE = """
    UPDATE appeals SET outcome = $2, answer = $3, decided_by_id = $4, decided_at = clock_timestamp() WHERE case_id = $1
"""


@command
async def appeal(actor: Actor, case_id: int, text: str) -> None:
    """Once a case, within 30 days; also by somebody who is silenced: it is their right."""
    case = await case_without_door(case_id, actor.member_id, lock=True)
    require(can_read_verdict(actor, case))
    text = body_field(text, "text", least=1, most=TEXT_LENGTH)
    if case.appealed:
        raise Conflict("appealed_already")
    if not case.appealable:
        raise Conflict("too_late_to_appeal")
    async with connection() as sql:
        await sql.execute(MAKE, case_id, text)
    await record(AppealMade(case_id=case_id, group_id=case.group_id))


@command
async def decide_appeal(actor: Actor, case_id: int, outcome: AppealOutcome, answer: str) -> None:
    """Overturned, what was hidden or removed comes back and the silence is lifted, as far as either still stands."""
    seen = await case_door(actor, case_id)
    require(can_decide_appeal(actor, seen))
    answer = body_field(answer, "answer", least=1, most=REASON_LENGTH)
    undo = await undo_of_verdict(case_id) if outcome is AppealOutcome.OVERTURNED and seen.appeal_open else {}
    await lock_to_take_back(undo, seen.target)
    case = await case_door(actor, case_id, lock=True)
    require(can_decide_appeal(actor, case))
    if not case.appeal_open:
        raise Conflict("appeal_decided" if case.appealed else "no_appeal")
    if undo:
        await take_back(actor, undo, appealed=True, flagged=case.auto_hidden)
    async with connection() as sql:
        await sql.execute(DECIDE, case_id, outcome.value, answer, actor.member_id)
    await enter(
        actor,
        ActKind.APPEAL_DECIDED,
        group_id=case.group_id,
        member_id=case.author_id,
        case_id=case_id,
        reason=answer,
        after={"outcome": outcome.value},
    )
