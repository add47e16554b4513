"""A migrated database with nobody in it, on the server that all tests share: here rows are counted."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration
from tests.support.database import server

_numbers = itertools.count(1)


@contextmanager
def empty_database() -> Iterator[str]:
    name = f"auth_{next(_numbers)}"
    asyncio.run(_on_server("CREATE DATABASE " + name))
    try:
        asyncio.run(_migrate(server().url(name)))
        yield server().url(name)
    finally:
        asyncio.run(_on_server("DROP DATABASE " + name + " WITH (FORCE)"))


async def _on_server(statement: str) -> None:
    raw = await asyncpg.connect(server().url("postgres"), timeout=10)
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
