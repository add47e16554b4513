"""Bring the database's schema up to date: one migration at a time, each recorded in its own transaction."""
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.connection import ConnectionHandler, get_connection
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import CreateModel, RunSQL
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from forum.kit.transaction import connection, outermost

APP = "forum"
LOOK_AHEAD = (CreateModel, RunSQL)
# Any constant will do, as long as every process of ours asks for the same one.
ADVISORY_LOCK = 7_152_391


async def pending() -> list[str]:
    """Names of the migrations that this database still lacks, in order."""
    executor = _executor()
    applied = await _applied(executor)
    return [key.name for key in executor._full_plan() if key not in applied]


async def migrate() -> AsyncIterator[str]:
    """Apply what is pending, yielding each name as it is done; a second runner waits for the first.

    What the models are before each migration is worked out once, on the way. The executor's own ``migrate`` begins
    anew with every migration and asks for query builders that nobody uses: 14 s of CPU on an empty database, here 2.
    """
    async with _alone():
        executor = _executor()
        applied = await _applied(executor)
        plan = executor._full_plan()
        state = State(models={}, apps=StateApps(default_connections={APP: "default"}, connections=ConnectionHandler()))
        if not set(plan) - applied:
            return
        for key in plan:
            step = executor.loader.graph.nodes[key]
            assert step is not None
            if key in applied:
                await step.apply(state, dry_run=True)
                continue
            async with outermost() as raw:
                await raw.execute("SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'")
                within = _executor()
                await _apply(step, state, within._schema_editor(atomic=False))
                await within.recorder.record_applied(key.app_label, key.name)
            yield key.name


async def _apply(step: Migration, state: State, editor: BaseSchemaEditor) -> None:
    """``Migration.apply`` without a copy of all models before those operations that never look back."""
    for operation in step.operations:
        before = state if isinstance(operation, LOOK_AHEAD) else state.clone()
        operation.state_forward(APP, state)
        await operation.database_forward(APP, before, state, editor)
    state.validate_relations_initialized()


async def _applied(executor: MigrationExecutor) -> set[MigrationKey]:
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    await executor.loader.build_graph()
    return set(await executor.recorder.applied_migrations())


def _executor() -> MigrationExecutor:
    """On the connection of this moment: the transaction's, inside one."""
    apps = {APP: {"models": [], "default_connection": "default", "migrations": "forum.migrations"}}
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
