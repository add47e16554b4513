"""A fact, its subscribers' work and its jobs: all of it, or nothing."""
import asyncpg
import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import command, connection, outermost
from forum.outbox.fact import Fact, every_fact
from forum.outbox.record import audit, record
from forum.outbox.registry import Later, Subscribers, install, unlisted
from tests.outbox.cases import BellBroke, BellRung, answer_bell, tell

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


async def names(sql: asyncpg.Connection) -> list[str]:
    return [row["name"] for row in await sql.fetch("SELECT name FROM facts ORDER BY id")]


async def test_a_fact_outside_a_command_is_refused(sql: asyncpg.Connection) -> None:
    with pytest.raises(RuntimeError, match="outside a command"):
        await record(BellRung(bell_id=1))
    with pytest.raises(RuntimeError, match="outside a command"):
        await audit(None, "bell.ring", "bell", 1)


async def test_the_fact_holds_its_fields(sql: asyncpg.Connection) -> None:
    await tell(BellRung(bell_id=7))
    row = await sql.fetchrow("SELECT name, payload, tx > 0 AS numbered FROM facts")
    assert tuple(row) == ("test.bell_rung", '{"sound": "loud", "bell_id": 7}', True)


async def test_subscribers_run_within_in_order_and_later_as_jobs(sql: asyncpg.Connection) -> None:
    seen: list[str] = []

    async def first(fact: BellRung) -> None:
        async with connection() as raw:
            seen.append(f"first {await raw.fetchval('SELECT count(*) FROM facts')}")

    async def second(fact: BellRung) -> None:
        seen.append(f"second {fact.bell_id}")

    install({BellRung: Subscribers((first, second), (answer_bell,))}, strict=False)
    await tell(BellRung(bell_id=3))
    assert seen == ["first 1", "second 3"]
    assert await sql.fetchval("SELECT convert_from(payload, 'UTF8') FROM pgqueuer") == '{"bell_id":3}'
    assert await drain() == 1
    assert await names(sql) == ["test.bell_rung", "test.bell_broke"]


async def test_a_failing_subscriber_takes_all_with_it(sql: asyncpg.Connection) -> None:
    async def refuses(fact: BellRung) -> None:
        raise PermissionError

    install({BellRung: Subscribers((refuses,), (answer_bell,))})
    with pytest.raises(PermissionError):
        await tell(BellRung(bell_id=3))
    assert await names(sql) == []
    assert await sql.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_a_fact_and_its_jobs_are_one_statement(sql: asyncpg.Connection) -> None:
    install({BellRung: Subscribers(later=(answer_bell, Later(answer_bell, lambda fact: {"bell_id": 99})))})
    statements: list[str] = []
    async with outermost() as raw:
        raw.add_query_logger(lambda each: statements.append(each.query))
        await record(BellRung(bell_id=2))
    (write,) = [each for each in statements if "INSERT INTO" in each]
    assert "facts" in write
    assert "pgqueuer" in write


async def test_later_may_decline(sql: asyncpg.Connection) -> None:
    install({BellRung: Subscribers(later=(Later(answer_bell, lambda fact: None),))})
    await tell(BellRung(bell_id=1))
    assert await sql.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_an_unlisted_fact_is_an_error_when_strict(sql: asyncpg.Connection) -> None:
    install({BellRung: Subscribers()}, strict=True)
    await tell(BellRung(bell_id=1))
    with pytest.raises(LookupError, match=r"test\.bell_broke"):
        await tell(BellBroke(bell_id=1))


def test_the_facts_without_a_line_are_known() -> None:
    assert "test.bell_broke" in unlisted({BellRung: Subscribers()})
    assert "test.bell_rung" not in unlisted({BellRung: Subscribers()})
    assert BellRung in set(every_fact())
    assert Fact not in set(every_fact())


def test_a_job_that_wants_what_the_fact_has_not_is_found_at_the_start() -> None:
    async def wants_more(bell_id: int, tower_id: int) -> None: ...

    from forum.jobs.queue import Job, Lane

    with pytest.raises(TypeError, match="tower_id"):
        install({BellRung: Subscribers(later=(Job("test.wants_more", wants_more, Lane.NOTICES),))})


async def test_the_audit_entry_is_written_once_and_stays(sql: asyncpg.Connection) -> None:
    @command
    async def lock() -> None:
        await audit(5, "thread.lock", "thread", 9, group_id=2, after={"locked": True})

    await lock()
    row = await sql.fetchrow("SELECT actor_id, subject_id, group_id, after FROM audit_entries ORDER BY id DESC")
    assert tuple(row) == (5, 9, 2, '{"locked": true}')
    with pytest.raises(asyncpg.RestrictViolationError):
        await sql.execute("DELETE FROM audit_entries")
