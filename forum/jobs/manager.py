"""PgQueuer's queue manager, put together from our parts, run until it breaks or is asked to stop."""
import asyncio
import logging
from datetime import timedelta

from pgqueuer.core.executors import EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job as Picked

from config.settings import JobsSettings
from forum.jobs.driver import PoolDriver, Wakeups, queries
from forum.jobs.executor import Executor
from forum.jobs.queue import JOBS
from forum.jobs.schema import CHANNEL

log = logging.getLogger(__name__)

# How long running jobs may take to end when the worker stops or starts anew; then they are given back.
GRACE_SECONDS = 20.0
GIVING_BACK_SECONDS = 5.0


async def _unused(job: Picked) -> None:
    raise AssertionError(f"{job.entrypoint} is run by our executor")


class Workshop:
    """One life of the worker: from one start of the queue manager to its end."""

    def __init__(self, wakeups: Wakeups, settings: JobsSettings) -> None:
        self._settings = settings
        self._running: set[asyncio.Task[object]] = set()
        self._driver = PoolDriver(wakeups)
        self._manager = QueueManager(queries(self._driver), channel=CHANNEL)
        for name, job in JOBS.items():
            parameters = EntrypointExecutorParameters(concurrency_limit=0, func=_unused, on_failure="hold")
            self._manager.register_executor(name, Executor(parameters, job, self._running))

    async def work(self, stop: asyncio.Event) -> None:
        """Take jobs until ``stop`` is set; raises when the database or the listener is lost."""
        run = asyncio.create_task(self._run(), name="queue manager")
        ends = (stop, self._driver.lost, self._manager.shutdown)
        watched = [asyncio.create_task(end.wait()) for end in ends]
        try:
            await asyncio.wait({run, *watched}, return_when=asyncio.FIRST_COMPLETED)
            if not run.done():
                await self._go_home(run)
            if not run.cancelled():
                await run
        finally:
            for task in watched:
                task.cancel()
            if not run.done():
                await self._go_home(run, grace=0)

    async def _run(self) -> None:
        settings = self._settings
        await self._manager.run(
            dequeue_timeout=timedelta(seconds=settings.poll_seconds),
            batch_size=settings.batch_size,
            max_concurrent_tasks=max(settings.concurrency, 2 * settings.batch_size),
            shutdown_on_listener_failure=True,
            heartbeat_timeout=timedelta(seconds=settings.heartbeat_seconds),
            # Nobody reads its statistics; the log itself is pruned by a job.
            log_aggregation_interval=timedelta(),
        )

    async def _go_home(self, run: asyncio.Task[None], grace: float = GRACE_SECONDS) -> None:
        """Take no more, let what runs end, then give back what does not."""
        self._manager.shutdown.set()
        await asyncio.wait({run}, timeout=grace)
        for task in tuple(self._running):
            task.cancel()
        await asyncio.wait({run}, timeout=GIVING_BACK_SECONDS)
        if not run.done():
            log.warning("the worker leaves %s jobs to their leases", len(self._running))
            run.cancel()
            await asyncio.wait({run}, timeout=GIVING_BACK_SECONDS)
