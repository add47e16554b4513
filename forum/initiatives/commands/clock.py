"""What time does to initiatives. Each deed takes the row lock first and asks the clock then: whoever came before it,
with the last name or with an answer, has come in time.
"""
from forum.initiatives.commands.advance import advance
from forum.initiatives.facts import AnswerOverdue, GatheringEndsSoon
from forum.initiatives.queries.door import state_of
from forum.initiatives.stages import OPEN, Move
from forum.kit.transaction import command, connection
from forum.outbox.record import record_all

# What stands in the history where nobody did it.
NOBODY_LEADS = "Nobody has led it for 14 days."
BATCH = 200

OVER = "SELECT id FROM initiatives WHERE stage = 'gathering' AND gathering_ends_at <= now() ORDER BY id"
LEADERLESS = "SELECT id FROM initiatives WHERE leaderless_since <= now() - interval '14 days' ORDER BY id"
STILL_LEADERLESS = "SELECT leaderless_since <= clock_timestamp() - interval '14 days' FROM initiatives WHERE id = $1"
ENDING = """
    UPDATE initiatives SET reminded_at = now() WHERE id IN (
        SELECT id FROM initiatives WHERE stage = 'gathering' AND reminded_at IS NULL
          AND gathering_ends_at > now() AND gathering_ends_at <= now() + interval '7 days'
        ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING id, group_id
"""
OVERDUE = """
    UPDATE initiatives SET reminded_at = now() WHERE id IN (
        SELECT id FROM initiatives WHERE answer_due_at <= now() AND reminded_at IS NULL
        ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING id, group_id
"""


async def days_over() -> list[int]:
    """Those that gather and whose days are over."""
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(OVER)]


@command
async def lapse(initiative_id: int) -> None:
    """It did not find enough co-sponsors in its days."""
    state = await state_of(initiative_id, lock=True)
    if state.over:
        await advance(state, Move.LAPSE, None)


async def left_alone() -> list[int]:
    """Those that nobody has led for too long."""
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(LEADERLESS)]


@command
async def withdraw_leaderless(initiative_id: int) -> None:
    state = await state_of(initiative_id, lock=True)
    async with connection() as sql:
        still = await sql.fetchval(STILL_LEADERLESS, initiative_id)
    if still and state.stage in OPEN and state.lead_id is None:
        await advance(state, Move.WITHDRAW, None, reason=NOBODY_LEADS)


@command
async def remind() -> bool:
    """Say once of some that their days end within a week, or that their answer is overdue; True: there may be more."""
    async with connection() as sql:
        ending = await sql.fetch(ENDING, BATCH)
        overdue = await sql.fetch(OVERDUE, BATCH)
    await record_all([
        *(GatheringEndsSoon(initiative_id=row["id"], group_id=row["group_id"]) for row in ending),
        *(AnswerOverdue(initiative_id=row["id"], group_id=row["group_id"]) for row in overdue),
    ])
    return BATCH in (len(ending), len(overdue))
