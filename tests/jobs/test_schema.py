"""The queue's tables are PgQueuer's own, without its trigger, and no environment name changes that."""
import asyncpg
import pytest
from pgqueuer.domain.settings import Durability

from forum.jobs.schema import QueueSettings, upgrade_plan

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


async def test_pgqueuer_would_upgrade_nothing(sql: asyncpg.Connection) -> None:
    plan = await upgrade_plan(sql)
    assert (plan.statements, plan.notes) == ((), ())


async def test_nothing_notifies_inside_a_writing_transaction(sql: asyncpg.Connection) -> None:
    tables = "'pgqueuer'::regclass, 'facts'::regclass"
    assert await sql.fetch("SELECT tgname FROM pg_trigger WHERE tgrelid IN (" + tables + ")") == []


async def test_the_queue_survives_a_crash(sql: asyncpg.Connection) -> None:
    lost = "SELECT relname FROM pg_class WHERE relpersistence <> 'p' AND relname LIKE 'pgqueuer%'"
    assert await sql.fetch(lost) == []


async def test_bare_environment_names_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DURABILITY", "PGQUEUER_DURABILITY"):
        monkeypatch.setenv(name, "volatile")
    for name in ("QUEUE_TABLE", "PGQUEUER_QUEUE_TABLE", "PGQUEUER_PREFIX", "PGQUEUER_SCHEMA"):
        monkeypatch.setenv(name, "elsewhere")
    settings = QueueSettings()
    assert settings.durability is Durability.durable
    assert (settings.queue_table, settings.prefix, settings.db_schema) == ("pgqueuer", "", None)
