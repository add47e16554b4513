"""Throw away in small batches what has served its time; each batch is a transaction of its own."""
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection

# Statements, not parts of one: each deletes at most 5,000 rows, in well under a second.
OLD_LOG = """
DELETE FROM pgqueuer_log WHERE id IN (
    SELECT id FROM pgqueuer_log WHERE created < now() - interval '1 day' LIMIT 5000)
"""
LONE_TRIES = """
DELETE FROM job_tries WHERE id IN (
    SELECT t.id FROM job_tries t
    WHERE NOT EXISTS (SELECT FROM pgqueuer q WHERE q.id = t.job_id) LIMIT 5000)
"""
OLD_ANSWERS = """
DELETE FROM kept_answers WHERE id IN (
    SELECT id FROM kept_answers WHERE created_at < now() - interval '24 hours' LIMIT 5000)
"""
BATCH = 5_000


async def sweep(statement: str) -> int:
    """Repeat a DELETE of at most ``BATCH`` rows until it finds fewer; how many rows went."""
    gone = 0
    while True:
        batch = await _sweep_once(statement)
        gone += batch
        if batch < BATCH:
            return gone


@command
async def _sweep_once(statement: str) -> int:
    async with connection() as raw:
        answer: str = await raw.execute(statement)
    return int(answer.rpartition(" ")[2])


@job("jobs.prune_log", lane=Lane.UPKEEP)
async def prune_log() -> None:
    """The queue's log lives a day; tries live as long as their job is in the queue (held ones stay)."""
    await sweep(OLD_LOG)
    await sweep(LONE_TRIES)


@job("kit.prune_answers", lane=Lane.UPKEEP)
async def prune_answers() -> None:
    """Answers kept for repeated requests: 24 hours (promise 2)."""
    await sweep(OLD_ANSWERS)
