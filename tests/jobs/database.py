"""A migrated database for tests that must really commit, on the development server."""
import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration

SERVER = "postgresql://forum@127.0.0.1:5499/"
EFFECTS = "CREATE TABLE effects (id bigserial PRIMARY KEY, label text NOT NULL, pid int NOT NULL)"
EMPTY = """
TRUNCATE pgqueuer, pgqueuer_log, pgqueuer_schedules, job_tries,
    facts, effects, kept_answers, login_transactions
"""


async def _execute(url: str, *statements: str) -> None:
    raw = await asyncpg.connect(url, timeout=5)
    try:
        for statement in statements:
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
def fresh_database(label: str) -> Iterator[str]:
    """The address of a migrated database that is dropped afterwards."""
    name = f"{label}_{os.getpid()}"
    try:
        asyncio.run(_execute(SERVER + "postgres", "CREATE DATABASE " + name))
    except OSError:
        pytest.skip("no PostgreSQL to be had")
    try:
        asyncio.run(_migrate(SERVER + name))
        asyncio.run(_execute(SERVER + name, EFFECTS))
        yield SERVER + name
    finally:
        asyncio.run(_execute(SERVER + "postgres", "DROP DATABASE " + name + " WITH (FORCE)"))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[asyncpg.Connection]:
    """This process connected as the forum is, with empty tables, and a connection of the test's own."""
    await _execute(url, EMPTY)
    await connect(tortoise_config(url, DatabaseSettings()))
    raw = await asyncpg.connect(url, timeout=5)
    try:
        yield raw
    finally:
        await raw.close()
        await disconnect()
