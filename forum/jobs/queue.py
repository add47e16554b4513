"""Jobs and how to ask for one: ``@job`` names a function, ``enqueue`` puts a call of it into the caller's
transaction.

A job takes ids, reads everything again, asks again whether it may, and can run twice. ``dedupe`` turns its
ids into a key: while a job with that key waits, another is not added. The key is given up before the job
runs, so a change made during the run enqueues the next one.
"""
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec

from forum.kit.transaction import after_commit, connection, in_transaction


class Lane(IntEnum):
    """A higher number is taken first."""

    SIGN_IN_MAIL = 60
    MENTIONS = 50
    NOTICES = 40
    DIGESTS = 30
    INDEXING = 20
    UPKEEP = 10


@dataclass(frozen=True, slots=True)
class Job:
    """A named function of ids; calling it runs it here and now, enqueueing it leaves it to a worker.

    A run of more than ``seconds`` is cut off and counts as a failure.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    lane: Lane
    dedupe: Callable[..., object] | None = None
    seconds: float = 600.0

    async def __call__(self, **ids: Any) -> None:
        await self.run(**ids)

    def key(self, payload: Mapping[str, Any]) -> str | None:
        return f"{self.name}:{self.dedupe(**payload)}" if self.dedupe else None


class NotNowError(Exception):
    """What a job needs is away: it comes back after ``pause``, as often as it takes, and this was no try."""

    def __init__(self, reason: str, pause: timedelta) -> None:
        super().__init__(reason)
        self.pause = pause


class Waiting(NamedTuple):
    """One call to enqueue."""

    job: Job
    payload: Mapping[str, Any]
    delay: timedelta | None = None


JOBS: dict[str, Job] = {}


def job(
    name: str,
    *,
    lane: Lane = Lane.NOTICES,
    dedupe: Callable[..., object] | None = None,
    seconds: float = 600.0,
) -> Callable[[Callable[..., Awaitable[None]]], Job]:
    """Register an async function of keyword ids as the job ``name`` (``domain.verb_noun``)."""

    def register(run: Callable[..., Awaitable[None]]) -> Job:
        if name in JOBS:
            raise ValueError(f"two jobs are called {name}")
        JOBS[name] = made = Job(name, run, lane, dedupe, seconds)
        return made

    return register


# PgQueuer's own statement also writes a log row with five indexes for each job; a reply cannot afford that.
# The WHERE numbers the transaction before it may find a key taken: the executor waits for such ones to end.
ENQUEUE = """
INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
SELECT priority, entrypoint, payload, now() + delay, dedupe_key, 'queued'
FROM unnest($1::int[], $2::text[], $3::bytea[], $4::interval[], $5::text[])
    AS t (priority, entrypoint, payload, delay, dedupe_key)
WHERE pg_current_xact_id() IS NOT NULL
ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
"""

Columns = tuple[list[int], list[str], list[bytes], list[timedelta], list[str | None]]
_AT_ONCE = timedelta()
_encode = msgspec.json.Encoder().encode
_wake: Callable[[], None] | None = None


def wake_with(hook: Callable[[], None] | None) -> None:
    """What to call after a commit that enqueued something: the relay of this process."""
    global _wake
    _wake = hook


def is_relayed() -> bool:
    """Whether this process has a relay."""
    return _wake is not None


def wake() -> None:
    """Tell the workers, through the relay of this process if it has one; else they find out by polling."""
    if _wake is not None:
        _wake()


async def enqueue(job: Job, payload: Mapping[str, Any], *, delay: timedelta | None = None) -> None:
    """Run ``job`` with ``payload`` once the current transaction has committed (and ``delay`` has passed)."""
    await enqueue_many([Waiting(job, payload, delay)])


async def enqueue_many(waiting: Iterable[Waiting]) -> None:
    """Enqueue all in one statement of the current transaction; keys that wait already are skipped."""
    columns = columns_of(waiting)
    if not columns[0]:
        return
    if not in_transaction():
        raise RuntimeError("a job is enqueued in the transaction of what causes it: call this in a @command")
    async with connection() as raw:
        await raw.execute(ENQUEUE, *columns)
    after_commit(wake)


def columns_of(waiting: Iterable[Waiting]) -> Columns:
    """What ENQUEUE takes: lanes, names, payloads, delays and keys."""
    calls = [(call.job.key(call.payload), call) for call in waiting]
    # Sorted, so that two transactions with the same keys never wait for each other in a circle.
    calls.sort(key=lambda each: each[0] or "")
    return (
        [int(call.job.lane) for _, call in calls],
        [call.job.name for _, call in calls],
        [_encode(call.payload) for _, call in calls],
        [call.delay or _AT_ONCE for _, call in calls],
        [key for key, _ in calls],
    )
