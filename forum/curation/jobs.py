"""What ends by the clock: pins and locks."""
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection

# Only rows that nobody holds: whoever pins or locks just now decides.
END_PINS = """
    UPDATE threads SET pinned_at = NULL, pinned_until = NULL, pinned_everywhere = false WHERE id IN (
        SELECT id FROM threads WHERE pinned_until <= clock_timestamp() ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
"""
END_LOCKS = """
    UPDATE threads SET locked_at = NULL, locked_until = NULL, lock_reason = '' WHERE id IN (
        SELECT id FROM threads WHERE locked_until <= clock_timestamp() ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
"""


@job("curation.end_due", lane=Lane.UPKEEP)
@command
async def end_due() -> None:
    """Pins and locks whose time is over."""
    async with connection() as sql:
        await sql.execute(END_PINS)
        await sql.execute(END_LOCKS)
