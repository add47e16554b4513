"""The door of initiatives: what an actor may not see is not found."""
import asyncpg

from auth.actor import Actor
from forum.groups.queries import STATE_COLUMNS, state
from forum.initiatives.models import AnswerKind, Stage
from forum.initiatives.policies import InitiativeState, can_see
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require

# $1 initiative. Whether its days are over is asked of the clock, not of the transaction's start (a lock may have been
# waited for).
STATE = (
    "SELECT "
    + STATE_COLUMNS
    + """, i.id AS initiative_id, i.stage, i.title AS initiative_title, i.slug AS initiative_slug, i.version,
        i.thread_id, i.goal, i.cosponsor_count, i.space_id,
        i.reached_at IS NOT NULL AS reached, i.answer_due_at IS NOT NULL AS answer_owed, g.anyone_may_cosponsor,
        i.stage = 'gathering' AND i.gathering_ends_at <= clock_timestamp() AS over,
        (SELECT l.member_id FROM initiative_leads l
         WHERE l.initiative_id = i.id AND l.state = 'accepted' AND l.role = 'lead') AS lead_id,
        ARRAY(SELECT l.member_id FROM initiative_leads l
              WHERE l.initiative_id = i.id AND l.state = 'accepted' AND l.role = 'co_lead') AS co_leads,
        ARRAY(SELECT l.member_id FROM initiative_leads l WHERE l.initiative_id = i.id AND l.state = 'asked') AS asked,
        CASE WHEN i.consent_asked_at IS NOT NULL AND i.consented_at IS NULL THEN
            (SELECT t.author_id FROM threads t WHERE t.id = i.thread_id) END AS consent_of,
        (SELECT a.kind FROM official_answers a WHERE a.initiative_id = i.id ORDER BY a.id DESC LIMIT 1) AS answer,
        EXISTS (SELECT FROM closing_reports r WHERE r.initiative_id = i.id) AS has_report
    FROM initiatives i JOIN groups g ON g.id = i.group_id WHERE i.id = $1
"""
)
LOCK = "SELECT id FROM initiatives WHERE id = $1 FOR UPDATE"


async def initiative_door(actor: Actor, initiative_id: int, *, lock: bool = False) -> InitiativeState:
    """The initiative, if this actor may see it; the refusal of its group otherwise. ``lock`` takes its row lock."""
    initiative = await state_of(initiative_id, lock=lock)
    require(can_see(actor, initiative))
    return initiative


async def state_of(initiative_id: int, *, lock: bool = False) -> InitiativeState:
    """The initiative without a door: for jobs, which act for nobody."""
    async with connection() as sql:
        # Two statements: one that waited for the lock would still see the leads and answers of before.
        if lock:
            await sql.execute(LOCK, initiative_id)
        row = await sql.fetchrow(STATE, initiative_id)
    if row is None:
        raise NotFound
    return _state(row)


def _state(row: asyncpg.Record) -> InitiativeState:
    return InitiativeState(
        id=row["initiative_id"],
        group=state(row),
        stage=Stage(row["stage"]),
        title=row["initiative_title"],
        slug=row["initiative_slug"],
        version=row["version"],
        thread_id=row["thread_id"],
        lead_id=row["lead_id"],
        co_leads=frozenset(row["co_leads"]),
        asked=frozenset(row["asked"]),
        consent_of=row["consent_of"],
        anyone_may_cosponsor=row["anyone_may_cosponsor"],
        goal=row["goal"],
        cosponsor_count=row["cosponsor_count"],
        over=row["over"],
        reached=row["reached"],
        answer=AnswerKind(row["answer"]) if row["answer"] else None,
        answer_owed=row["answer_owed"],
        space_id=row["space_id"],
        has_report=row["has_report"],
    )
