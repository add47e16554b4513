"""One PostgreSQL a test process, one migrated template with the cast in it, and clones of that."""
import asyncio
import atexit
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import asyncpg

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration
from forum.kit.postgres import EmbeddedPostgres
from tests.cast import Cast, engage

TEMPLATE = "template_plenary"
_numbers = itertools.count(1)


@cache
def server() -> EmbeddedPostgres:
    """Without fsync: what these tests commit need not survive the machine."""
    folder = tempfile.TemporaryDirectory(prefix="plenary-tests-")
    if os.geteuid() == 0:
        Path(folder.name).chmod(0o711)
    postgres = EmbeddedPostgres(Path(folder.name), fast_unsafe=True, settings={"shared_buffers": "64MB"})
    atexit.register(folder.cleanup)
    atexit.register(postgres.erase)
    return postgres.start()


@cache
def template() -> Cast:
    """The cast's ids, in a template database that was migrated and filled once."""
    asyncio.run(_execute("postgres", f"CREATE DATABASE {TEMPLATE}"))
    return asyncio.run(_fill(server().url(TEMPLATE)))


@contextmanager
def clone() -> Iterator[str]:
    """A database of one's own with the cast in it (44 ms); its address."""
    template()
    name = f"clone_{next(_numbers)}"
    asyncio.run(_execute("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    try:
        yield server().url(name)
    finally:
        # As the superuser: one of PostgreSQL's own workers (autovacuum) may be in it, which is not ours to end.
        asyncio.run(_execute("postgres", f"DROP DATABASE {name} WITH (FORCE)", user="postgres"))


async def _fill(url: str) -> Cast:
    await connect(tortoise_config(url, DatabaseSettings()))
    try:
        async for _ in migration.migrate():
            pass
        return await engage()
    finally:
        await disconnect()


async def _execute(database: str, *statements: str, user: str = "forum") -> None:
    raw = await asyncpg.connect(server().url(database, user=user), timeout=10)
    try:
        for statement in statements:
            await raw.execute(statement)
    finally:
        await raw.close()
