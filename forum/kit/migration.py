"""Bring the database's schema up to date: one migration at a time, each recorded in its own transaction."""
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from forum.kit.transaction import connection, outermost

# Any constant will do, as long as every process of ours asks for the same one.
ADVISORY_LOCK = 7_152_391


async def pending() -> list[str]:
    """Names of the migrations that this database still lacks, in order."""
    executor = _executor()
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    await executor.loader.build_graph()
    applied = {key.name for key in await executor.recorder.applied_migrations()}
    return [key.name for key in executor._full_plan() if key.name not in applied]


async def migrate() -> AsyncIterator[str]:
    """Apply what is pending, yielding each name as it is done; a second runner waits for the first."""
    async with _alone():
        for name in await pending():
            async with outermost() as raw:
                await raw.execute("SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'")
                await _executor().migrate([MigrationTarget(app_label="forum", name=name)])
            yield name


def _executor() -> MigrationExecutor:
    apps = {
        "forum": {
            "models": [],
            "default_connection": "default",
            "migrations": "forum.migrations",
        }
    }
    return MigrationExecutor(get_connection("default"), apps)


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    async with connection() as raw:
        await raw.execute("SET statement_timeout = '10min'; SET lock_timeout = '10min'")
        await raw.fetchval("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        try:
            yield
        finally:
            await raw.fetchval("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)
            await raw.execute("RESET statement_timeout; RESET lock_timeout")
