"""Calls of one job that wait while another runs, for a job that does many at once for hardly more than one.

They are looked at before the work and taken off the queue after it: whoever is killed in between has lost none. One
that a worker picks meanwhile runs for itself.
"""
from collections.abc import Iterable
from typing import Any

import msgspec

from forum.jobs.queue import Job
from forum.kit.transaction import command, connection

WAITING = """
SELECT id, payload FROM pgqueuer
WHERE entrypoint = $1 AND status = 'queued' AND execute_after <= clock_timestamp() ORDER BY execute_after LIMIT $2
"""
TAKE_OFF = "DELETE FROM pgqueuer WHERE id = ANY($1::bigint[]) AND status = 'queued'"


async def waiting(job: Job, most: int) -> dict[int, dict[str, Any]]:
    """The payloads of calls that are due, by their ids in the queue; for jobs without a dedupe key."""
    async with connection() as raw:
        rows = await raw.fetch(WAITING, job.name, most)
    return {row["id"]: msgspec.json.decode(row["payload"]) for row in rows}


@command
async def take_off(ids: Iterable[int]) -> None:
    """They are done."""
    async with connection() as raw:
        await raw.execute(TAKE_OFF, list(ids))
