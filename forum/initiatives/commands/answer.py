"""The official answer of a group's facilitators."""
from auth.actor import Actor
from forum.initiatives.commands.advance import advance
from forum.initiatives.commands.written import MOST, markdown
from forum.initiatives.facts import InitiativeAnswered
from forum.initiatives.models import AnswerKind, OfficialAnswer
from forum.initiatives.policies import can_answer
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.stages import Move
from forum.kit.fields import body_field
from forum.kit.markdown import RENDERER_VERSION
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import audit, record

ANSWERED = "UPDATE initiatives SET answer_due_at = NULL WHERE id = $1"


async def answer_initiative(actor: Actor, initiative_id: int, kind: AnswerKind, body: str) -> None:
    """Accept it, decline it, or say what it needs; a declined one has ended."""
    require(can_answer(actor, await initiative_door(actor, initiative_id)))
    body = body_field(body, "body", most=MOST)
    await _answer(actor, initiative_id, kind, body, await markdown(body))


@command
async def _answer(actor: Actor, initiative_id: int, kind: AnswerKind, body: str, html: str) -> None:
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_answer(actor, state))
    assert actor.member_id is not None
    answer = await OfficialAnswer.create(
        initiative_id=initiative_id,
        kind=kind,
        body=body,
        html=html,
        renderer=RENDERER_VERSION,
        answered_by_id=actor.member_id,
    )
    async with connection() as sql:
        await sql.execute(ANSWERED, initiative_id)
    await record(
        InitiativeAnswered(
            initiative_id=initiative_id,
            group_id=state.group.id,
            answer_id=answer.id,
            kind=kind.value,
            actor_id=actor.member_id,
        )
    )
    if kind is AnswerKind.DECLINED:
        await advance(state, Move.DECLINE, actor.member_id)
    await audit(
        actor.member_id,
        "initiative.answered",
        "initiative",
        initiative_id,
        group_id=state.group.id,
        after={"answer": kind.value},
    )
