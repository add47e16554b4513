"""Databases for tests that must really commit; and one on a server of its own, that a test may kill."""
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration
from forum.kit.postgres import EmbeddedPostgres
from tests.support import database

EFFECTS = "CREATE TABLE effects (id bigserial PRIMARY KEY, label text NOT NULL, pid int NOT NULL)"
EMPTY = """
TRUNCATE pgqueuer, pgqueuer_log, pgqueuer_schedules, job_tries,
    facts, effects, kept_answers, login_transactions
"""


async def _execute(url: str, statement: str) -> None:
    raw = await asyncpg.connect(url, timeout=10)
    try:
        await raw.execute(statement)
    finally:
        await raw.close()


async def _migrate(url: str) -> None:
    await connect(tortoise_config(url, DatabaseSettings()))
    try:
        async for _ in migration.migrate():
            pass
    finally:
        await disconnect()


@contextmanager
def clone() -> Iterator[str]:
    """A clone of the template, with a table for what jobs leave behind; its address."""
    with database.clone() as url:
        asyncio.run(_execute(url, EFFECTS))
        yield url


@contextmanager
def mortal_server() -> Iterator[EmbeddedPostgres]:
    """A server to kill: what was committed is in the hands of the kernel, so it must come back."""
    settings = {"shared_buffers": "32MB", "synchronous_commit": "on"}
    with tempfile.TemporaryDirectory(prefix="plenary-mortal-") as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o711)
        postgres = EmbeddedPostgres(Path(folder), fast_unsafe=True, settings=settings).start()
        try:
            asyncio.run(_migrate(postgres.url()))
            asyncio.run(_execute(postgres.url(), EFFECTS))
            yield postgres
        finally:
            postgres.erase()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[asyncpg.Connection]:
    """This process connected as the forum is, with empty tables, and a connection of the test's own."""
    await _execute(url, EMPTY)
    await connect(tortoise_config(url, DatabaseSettings()))
    raw = await asyncpg.connect(url, timeout=10)
    try:
        yield raw
    finally:
        await raw.close()
        await disconnect()
