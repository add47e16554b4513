"""The worker: takes jobs and watches the clock until it is told to stop; outlives PostgreSQL's absences.

It runs inside the web process (``--with-worker``) or alone (``forum worker``). Whoever starts it has opened
the database and imported ``forum.subscriptions``, so that every job is registered.
"""
import asyncio
import logging
import random
from contextlib import AsyncExitStack

from config.settings import JobsSettings
from forum import schedule
from forum.jobs.manager import Workshop
from forum.jobs.queue import is_relayed
from forum.jobs.reach import UNREACHABLE
from forum.kit.transaction import patience
from forum.outbox.relay import Listener, Relay

log = logging.getLogger(__name__)

# A worker may wait for a connection longer than a visitor.
PATIENCE_SECONDS = 30.0
CLOCK_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


async def run_worker(
    stop: asyncio.Event, settings: JobsSettings | None = None, listener: Listener | None = None
) -> None:
    """Work until ``stop`` is set, starting again whenever the database was lost.

    ``listener``: the one of this process, if it has one; else the worker opens its own.
    """
    token = patience.set(PATIENCE_SECONDS)
    try:
        async with AsyncExitStack() as stack:
            if listener is None:
                listener = await stack.enter_async_context(Listener())
            if not is_relayed():
                # Jobs record facts and enqueue jobs, too; alone, the worker has to tell of them itself.
                await stack.enter_async_context(Relay())
            clock = asyncio.create_task(_watch_clock(stop), name="schedule")
            stack.callback(clock.cancel)
            await _keep_working(stop, settings or JobsSettings(), listener)
    finally:
        patience.reset(token)


async def _keep_working(stop: asyncio.Event, settings: JobsSettings, listener: Listener) -> None:
    pause = FIRST_PAUSE
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        began = loop.time()
        try:
            await Workshop(listener, settings).work(stop)
        except Exception as error:
            if loop.time() - began > LONGEST_PAUSE * 2:
                pause = FIRST_PAUSE
            log.warning("the worker starts again in %.1f s: %r", pause, error)
            await _sleep(stop, pause * random.uniform(0.75, 1.25))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE)


async def _watch_clock(stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await schedule.enqueue_due()
        except UNREACHABLE as error:
            log.warning("the schedule waits for PostgreSQL: %r", error)
        except Exception:
            log.exception("the schedule could not be read")
        await _sleep(stop, CLOCK_SECONDS)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
