"""Run what is due here and now, through the caller's own connection: for tests and for commands that cannot
wait.
"""
import msgspec

from forum.jobs.queue import JOBS
from forum.kit.transaction import connection

# clock_timestamp(): inside one long transaction now() stands still.
TAKE = """
DELETE FROM pgqueuer WHERE id = (
    SELECT id FROM pgqueuer
    WHERE status = 'queued' AND execute_after <= clock_timestamp()
    ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING entrypoint, payload
"""


class StillBusyError(RuntimeError):
    """Jobs kept enqueueing jobs."""


async def drain(most: int = 10_000) -> int:
    """Run all due jobs one after another, in order of priority; how many. A job's error is the caller's.

    Works inside a transaction that will be rolled back, too. Jobs are taken off the queue before they run:
    this is not the worker, and a process that is killed here loses the job it was at.
    """
    done = 0
    while done < most:
        async with connection() as raw:
            taken = await raw.fetchrow(TAKE)
        if taken is None:
            return done
        await JOBS[taken["entrypoint"]](**msgspec.json.decode(taken["payload"] or b"{}"))
        done += 1
    raise StillBusyError(f"{most} jobs ran and there are more")
