"""What the migrated database really holds, against what the models and the rules promise."""
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from config.database import MODEL_MODULES
from tests.architecture.source import ROOT

pytestmark = pytest.mark.anyio

EXPECTED = re.compile(r"(?:CREATE (?:UNIQUE )?INDEX|ADD CONSTRAINT|CREATE TRIGGER)\s+(\w+)", re.IGNORECASE)
CATALOGUE = """
    SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT conname FROM pg_constraint
    UNION SELECT tgname FROM pg_trigger
"""
COLUMNS = """
    SELECT table_name || '.' || column_name AS name, is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_schema = 'public'
"""


@pytest.fixture
async def sql(transaction: None) -> AsyncIterator[asyncpg.Connection]:
    from forum.kit.transaction import connection

    async with connection() as opened:
        yield opened


async def test_every_constraint_index_and_trigger_of_the_migrations_is_there(sql: asyncpg.Connection) -> None:
    written = {
        found
        for path in (ROOT / "forum" / "migrations").glob("0*.py")
        for found in EXPECTED.findall(path.read_text())
    }
    dropped = {
        found
        for path in (ROOT / "forum" / "migrations").glob("0*.py")
        for found in re.findall(r"DROP (?:INDEX|TRIGGER|CONSTRAINT)(?: IF EXISTS)? (\w+)", path.read_text())
    }
    there = {row["name"] for row in await sql.fetch(CATALOGUE)}
    assert len(written) > 60
    assert written - dropped <= there


async def test_every_field_of_the_models_is_a_column(sql: asyncpg.Connection) -> None:
    from tortoise import Tortoise

    there = {row["name"]: row["nullable"] for row in await sql.fetch(COLUMNS)}
    models = Tortoise.apps["forum"]  # type: ignore[index]
    assert len(models) > 20
    assert MODEL_MODULES
    for model in models.values():
        for name, field in model._meta.fields_map.items():
            if name not in model._meta.fields_db_projection:
                continue
            column = f"{model._meta.db_table}.{model._meta.fields_db_projection[name]}"
            assert column in there, column
            assert there[column] == bool(field.null), f"{column}: null"


async def test_every_declared_pair_is_unique(sql: asyncpg.Connection) -> None:
    from tortoise import Tortoise

    rows = await sql.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%UNIQUE%'")
    unique = {
        (found.group(1), tuple(column.strip('" ') for column in found.group(2).split(",")))
        for row in rows
        if (found := re.search(r"ON public\.(\w+) USING btree \(([^)]*)\)", row["indexdef"]))
    }
    for model in Tortoise.apps["forum"].values():  # type: ignore[index]
        for together in model._meta.unique_together:
            columns = tuple(model._meta.fields_map[name].source_field or name for name in together)
            assert (model._meta.db_table, columns) in unique, (model.__name__, columns)


async def test_the_audit_log_refuses_to_forget(sql: asyncpg.Connection) -> None:
    await sql.execute("INSERT INTO audit_entries (action, subject) VALUES ('test', 'member')")
    for statement in ("UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with sql.transaction():
                await sql.execute(statement)


def test_the_models_need_no_migration_that_is_not_written() -> None:
    """``makemigrations`` would write nothing."""
    import subprocess
    import sys

    program = """
import asyncio
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from config.database import tortoise_config
from config.settings import DatabaseSettings

async def main():
    config = tortoise_config("postgresql://nobody@127.0.0.1:1/none", DatabaseSettings())
    await Tortoise.init(config=config, init_connections=False)
    detector = MigrationAutodetector(Tortoise.apps, config["apps"])
    changes = await detector.changes()
    print(len(changes))

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.strip() == "0", done.stderr[-1500:]
