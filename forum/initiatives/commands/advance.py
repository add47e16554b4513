"""The one place that moves an initiative from stage to stage, with its line in the history and its fact."""
from forum.initiatives.facts import StageChanged
from forum.initiatives.models import AnswerKind, Stage
from forum.initiatives.policies import InitiativeState
from forum.initiatives.stages import ENDED, Move, after
from forum.kit.errors import Conflict
from forum.kit.transaction import connection
from forum.outbox.record import record

DAYS_TO_ANSWER = 30

# $1 initiative, $2 stage, $3 whether that is an end, $4 days until an answer is due or null, $5 days to gather or null
ADVANCE = """
    UPDATE initiatives SET stage = $2::text, version = version + 1,
        launched_at = coalesce(launched_at, now()),
        reached_at = coalesce(reached_at, CASE WHEN $2::text = 'active' THEN now() END),
        ended_at = CASE WHEN $3 THEN now() END,
        answer_due_at = now() + $4::int * interval '1 day', reminded_at = NULL,
        leaderless_since = CASE WHEN NOT $3 THEN leaderless_since END,
        gathering_ends_at = coalesce(now() + $5::int * interval '1 day', gathering_ends_at)
    WHERE id = $1
"""
ENTER = "INSERT INTO stage_changes (initiative_id, was, stage, actor_id, reason) VALUES ($1, $2, $3, $4, $5)"


async def advance(
    initiative: InitiativeState, move: Move, actor_id: int | None, *, reason: str = "", days: int | None = None
) -> Stage:
    """Move a locked initiative; ``actor_id`` None: time does it. ``days`` to gather, for a launch or a reopening.

    Raises Conflict where the move leads nowhere from here.
    """
    stage = after(initiative.stage, move, reached=initiative.reached)
    if stage is None:
        raise Conflict("stage_moved_on")
    owed = DAYS_TO_ANSWER if _answer_is_owed(initiative, move, stage) else None
    async with connection() as sql:
        await sql.execute(
            ADVANCE, initiative.id, stage.value, stage in ENDED, owed, days if stage is Stage.GATHERING else None
        )
        await sql.execute(ENTER, initiative.id, initiative.stage.value, stage.value, actor_id, reason)
    await record(
        StageChanged(
            initiative_id=initiative.id,
            group_id=initiative.group.id,
            was=initiative.stage.value,
            stage=stage.value,
            actor_id=actor_id,
        )
    )
    return stage


def _answer_is_owed(initiative: InitiativeState, move: Move, stage: Stage) -> bool:
    """On reaching the goal, and when one is taken up again that was declined, or never answered."""
    if move is Move.REACH:
        return True
    return move is Move.REOPEN and stage is Stage.ACTIVE and initiative.answer in (None, AnswerKind.DECLINED)
