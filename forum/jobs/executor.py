"""How a job is run once a worker has picked it: give up its key, count the try, run, and judge the outcome.

Tries are counted before the job runs, in a row that is committed by itself: a worker that is killed leaves
its try behind. After ``MAX_TRIES`` the job is held with its error, never deleted; ``forum doctor`` can show
and release it.
"""
import asyncio
import logging
import random
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import msgspec
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context
from pgqueuer.domain.models import Job as Picked

from forum.jobs.queue import Job, NotNowError
from forum.jobs.reach import UNREACHABLE
from forum.kit.transaction import connection

log = logging.getLogger(__name__)

MAX_TRIES = 5
ERROR_LENGTH = 2_000
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
OLDER_WRITERS_WAIT = 2.0

GIVE_UP_KEY = "UPDATE pgqueuer SET dedupe_key = NULL WHERE id = $1 AND dedupe_key IS NOT NULL RETURNING id"
COUNT_TRY = """
INSERT INTO job_tries AS t (job_id, tries) VALUES ($1, 1)
ON CONFLICT (job_id) DO UPDATE SET tries = t.tries + 1, updated_at = now()
RETURNING tries, pg_current_xact_id()::text::bigint AS tx
"""
UNCOUNT_TRY = "UPDATE job_tries SET tries = tries - 1 WHERE job_id = $1"
NOTE_ERROR = "UPDATE job_tries SET last_error = $2, updated_at = now() WHERE job_id = $1"
OLDEST_WRITER = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class ExhaustedError(Exception):
    """The job has had all its tries; PgQueuer holds it."""


@dataclass
class Executor(AbstractEntrypointExecutor):
    """Runs one kind of job for PgQueuer; ``running`` holds the tasks to cancel when the worker must go."""

    parameters: EntrypointExecutorParameters
    job: Job
    running: set[asyncio.Task[object]] = field(default_factory=set)

    async def execute(self, job: Picked, context: Context) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        try:
            await self._attempt(job)
        except asyncio.CancelledError:
            # PgQueuer deletes a job whose task is cancelled; the worker is only going home, so give it back.
            await _quietly(UNCOUNT_TRY, job.id)
            raise RetryRequested(timedelta(), "the worker is stopping") from None
        except NotNowError as error:
            await _quietly(UNCOUNT_TRY, job.id)
            raise RetryRequested(error.pause, str(error)) from None
        except UNREACHABLE as error:
            raise RetryRequested(FIRST_PAUSE, repr(error)) from error
        finally:
            self.running.discard(task)

    async def _attempt(self, job: Picked) -> None:
        tries = await begin(job.id)
        if tries > MAX_TRIES:
            raise ExhaustedError(f"{job.entrypoint} ({job.id}): the last of {MAX_TRIES} tries never ended")
        try:
            async with asyncio.timeout(self.job.seconds):
                await self.job.run(**msgspec.json.decode(job.payload or b"{}"))
        except NotNowError:
            raise
        except Exception as error:
            log.warning("job %s (%s), try %s of %s: %r", job.entrypoint, job.id, tries, MAX_TRIES, error)
            await _quietly(NOTE_ERROR, job.id, repr(error)[:ERROR_LENGTH].replace("\0", ""))
            if tries >= MAX_TRIES:
                raise ExhaustedError(repr(error)) from error
            raise RetryRequested(pause(tries), repr(error)) from error


async def begin(job_id: int) -> int:
    """Give up the job's dedupe key and count this try, both committed; how many tries that makes."""
    async with connection() as raw:
        had_key = await raw.fetchval(GIVE_UP_KEY, job_id)
        row = await raw.fetchrow(COUNT_TRY, job_id)
        assert row is not None
        if had_key is not None:
            await _outlive_older_writers(raw, row["tx"])
    return int(row["tries"])


async def _outlive_older_writers(raw: asyncpg.Connection, tx: int) -> None:
    """Wait for the transactions that may have found our key still taken, so that the job sees their change.

    They skipped their own job and have yet to commit. No transaction of ours writes for over a second.
    """
    deadline = asyncio.get_running_loop().time() + OLDER_WRITERS_WAIT
    while await raw.fetchval(OLDEST_WRITER) < tx:
        if asyncio.get_running_loop().time() > deadline:
            raise NotNowError("an older transaction is still open", FIRST_PAUSE)
        await asyncio.sleep(0.005)


def pause(tries: int) -> timedelta:
    """How long to wait after the ``tries``-th failure: about 2 s, 16 s, 2 min, 17 min, give or take."""
    plain: timedelta = min(FIRST_PAUSE * 8 ** (tries - 1), LONGEST_PAUSE)
    return plain * random.uniform(0.75, 1.25)  # noqa: S311


async def _quietly(statement: str, *args: object) -> None:
    try:
        async with connection() as raw:
            await raw.execute(statement, *args)
    except UNREACHABLE as error:
        log.warning("a job's tries could not be noted: %r", error)
