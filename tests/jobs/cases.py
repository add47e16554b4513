"""Jobs for the tests, and a worker process to kill: ``python -m tests.jobs.cases URL``."""
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.jobs.queue import Lane, NotNowError, job
from forum.kit.transaction import command, connection
from forum.worker import run_worker

PATIENCE = 30.0


@command
async def leave(label: str) -> int:
    """Leave a mark that a test can find; how many marks of that kind there are now."""
    async with connection() as raw:
        await raw.execute("INSERT INTO effects (label, pid) VALUES ($1, $2)", label, os.getpid())
        count: int = await raw.fetchval("SELECT count(*) FROM effects WHERE label = $1", label)
    return count


@job("test.mark", lane=Lane.NOTICES)
async def mark(label: str) -> None:
    await leave(label)


@job("test.mark_mail", lane=Lane.SIGN_IN_MAIL)
async def mark_mail(label: str) -> None:
    await leave(label)


@job("test.mark_once", lane=Lane.INDEXING, dedupe=lambda label: label)
async def mark_once(label: str) -> None:
    await leave(label)


@job("test.hang_first", lane=Lane.NOTICES)
async def hang_first(label: str) -> None:
    """Hangs for ever at the first try."""
    if await leave("began " + label) == 1:
        await asyncio.Event().wait()
    await leave("done " + label)


@job("test.sleep_first", lane=Lane.NOTICES)
async def sleep_first(label: str) -> None:
    """Sleeps in the database at the first try."""
    if await leave("began " + label) == 1:
        async with connection() as raw:
            await raw.execute("SET LOCAL statement_timeout = 0; SELECT pg_sleep(600)")
    await leave("done " + label)


@job("test.hang_once", dedupe=lambda label: label)
async def hang_once(label: str) -> None:
    await hang_first(label=label)


@job("test.fail", lane=Lane.NOTICES)
async def fail(label: str) -> None:
    await leave(label)
    raise ValueError("this job never works")


@job("test.not_now", lane=Lane.NOTICES)
async def not_now(label: str) -> None:
    """What it needs is away for more often than a job is tried."""
    if await leave(label) < 8:
        raise NotNowError("it is away", timedelta())


@job("test.copy", lane=Lane.INDEXING, dedupe=lambda label: label)
async def copy(label: str) -> None:
    """Copies how many marks of ``label`` it sees."""
    async with connection() as raw:
        seen = await raw.fetchval("SELECT count(*) FROM effects WHERE label = $1", label)
    await leave(f"{label} seen {seen}")


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 (what it waits for is in the database)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working() -> AsyncIterator[asyncio.Event]:
    """A worker in this process for as long as the block lasts."""
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await worker


async def _main(url: str) -> None:
    await connect(tortoise_config(url, DatabaseSettings(), worker=True))
    try:
        await run_worker(asyncio.Event())
    finally:
        await disconnect()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
