"""PgQueuer on our pool: its statements run on pooled connections, its wake-ups come from the relay.

Where PgQueuer would lose something, this is also where it is mended.
"""
import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.models import Job, TableChangedEvent, TracebackRecord
from pgqueuer.domain.types import JOB_STATUS
from pgqueuer.ports.driver import Driver, NotifyCallback

from forum.jobs.reach import UNREACHABLE
from forum.jobs.schema import CHANNEL, SETTINGS
from forum.kit.transaction import connection

log = logging.getLogger(__name__)


class Wakeups(Protocol):
    """What the worker needs of a listener: be called when ``channel`` (or any fact) is notified."""

    async def hear(self, channel: str, callback: Callable[[str], None]) -> None: ...

    def on_wake(self, callback: Callable[[], None]) -> None: ...

    def forget(self, callback: Callable[..., None]) -> None: ...


class PoolDriver(Driver):
    """Pooled statements for PgQueuer; the listening connection is the caller's listener."""

    def __init__(self, wakeups: Wakeups) -> None:
        self._wakeups = wakeups
        self._callbacks: list[NotifyCallback] = []
        self.lost = asyncio.Event()
        self._shutdown = asyncio.Event()
        self._tasks = TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        try:
            async with connection() as raw:
                return [dict(row) for row in await raw.fetch(query, *args)]
        except UNREACHABLE:
            # PgQueuer will end over this, but only after its running jobs, however long they take.
            self.lost.set()
            raise

    async def execute(self, query: str, *args: object) -> str:
        async with connection() as raw:
            return str(await raw.execute(query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        self._callbacks.append(callback)
        await self._wakeups.hear(channel, callback)
        self._wakeups.on_wake(self.look_again)

    def look_again(self) -> None:
        """Make PgQueuer look into its table now, as its own trigger would have done."""
        event = TableChangedEvent(
            channel=CHANNEL,
            sent_at=datetime.now(UTC),
            type="table_changed_event",
            operation="insert",
            table=SETTINGS.queue_table,
        )
        for callback in self._callbacks:
            callback(event.model_dump_json())

    @property
    def shutdown(self) -> asyncio.Event:
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        return self._tasks

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wakeups.forget(self.look_again)
        for callback in self._callbacks:
            self._wakeups.forget(callback)
        self._callbacks.clear()


class QueueQueries(Queries):
    """PgQueuer's statements, with two of its habits changed."""

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        """Give the job back; when the database cannot be reached, let its lease run out instead.

        PgQueuer would mark it failed for good, after a single try.
        """
        try:
            await super().retry_job(job, delay, traceback_record)
            self._look_again()
        except UNREACHABLE as error:
            log.warning("job %s (%s) is left to its lease: %r", job.entrypoint, job.id, error)

    async def log_jobs(self, job_status: list[tuple[Job, JOB_STATUS, TracebackRecord | None]]) -> None:
        """Finish jobs, then look for the next at once: without the trigger PgQueuer would pause for 0.1 s."""
        await super().log_jobs(job_status)
        self._look_again()

    def _look_again(self) -> None:
        if isinstance(self.driver, PoolDriver):
            self.driver.look_again()


def queries(driver: Driver) -> QueueQueries:
    """PgQueuer's statements on ``driver``, built on our settings only."""
    return QueueQueries(
        driver,
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )
