"""Say, once a case, that nobody has decided it for a day."""
from forum.kit.transaction import command, connection
from forum.moderation.facts import CaseWaiting
from forum.outbox.record import record_all

MOST = 500
# What another worker reminds of right now is left to it.
REMIND = """
    UPDATE cases SET reminded_at = clock_timestamp() WHERE id IN (
        SELECT id FROM cases WHERE decided_at IS NULL AND reminded_at IS NULL
          AND created_at < clock_timestamp() - interval '24 hours' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING id, group_id
"""


@command
async def remind() -> int:
    """How many were late; more than 500 at once wait for the next round."""
    async with connection() as sql:
        rows = await sql.fetch(REMIND, MOST)
    await record_all([CaseWaiting(case_id=row["id"], group_id=row["group_id"]) for row in rows])
    return len(rows)
