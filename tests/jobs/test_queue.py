"""Enqueueing: in the caller's transaction, by one statement, once per key."""
from datetime import timedelta

import asyncpg
import pytest

from forum.jobs.drain import drain
from forum.jobs.queue import JOBS, Job, Lane, Waiting, enqueue, enqueue_many, job
from forum.kit.transaction import command, connection, outermost
from tests.jobs.cases import leave, mark, mark_mail, mark_once

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

LABELS = "SELECT label FROM effects ORDER BY id"


@command
async def ask(*calls: Waiting) -> None:
    await enqueue_many(calls)


async def labels(sql: asyncpg.Connection) -> list[str]:
    return [row["label"] for row in await sql.fetch(LABELS)]


async def test_a_job_needs_the_transaction_of_its_cause(sql: asyncpg.Connection) -> None:
    with pytest.raises(RuntimeError, match="@command"):
        await enqueue(mark, {"label": "alone"})


async def test_a_job_is_rolled_back_with_its_cause(sql: asyncpg.Connection) -> None:
    @command
    async def fails() -> None:
        await enqueue(mark, {"label": "never"})
        raise KeyError

    with pytest.raises(KeyError):
        await fails()
    assert await sql.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_many_jobs_are_one_statement(sql: asyncpg.Connection) -> None:
    statements = []
    async with outermost() as raw:
        raw.add_query_logger(lambda record: statements.append(record.query))
        await enqueue_many([Waiting(mark, {"label": str(n)}) for n in range(3)])
        await enqueue_many([])
    assert len([each for each in statements if "pgqueuer" in each]) == 1
    assert await sql.fetchval("SELECT count(*) FROM pgqueuer") == 3


async def test_one_waiting_job_per_key(sql: asyncpg.Connection) -> None:
    once, other = Waiting(mark_once, {"label": "a"}), Waiting(mark_once, {"label": "b"})
    await ask(once, other, once)
    await ask(once)
    assert await drain() == 2
    assert await labels(sql) == ["a", "b"]
    await ask(once)
    assert await drain() == 1


async def test_lanes_go_before_age(sql: asyncpg.Connection) -> None:
    await ask(Waiting(mark, {"label": "notice"}))
    await ask(Waiting(mark_mail, {"label": "mail"}))
    await drain()
    assert await labels(sql) == ["mail", "notice"]


async def test_a_delayed_job_waits(sql: asyncpg.Connection) -> None:
    await ask(Waiting(mark, {"label": "later"}, timedelta(hours=1)))
    assert await drain() == 0
    await sql.execute("UPDATE pgqueuer SET execute_after = now()")
    assert await drain() == 1


async def test_drain_works_inside_a_transaction_that_is_rolled_back(sql: asyncpg.Connection) -> None:
    with pytest.raises(ZeroDivisionError):
        async with outermost():
            await ask(Waiting(mark, {"label": "inside"}))
            assert await drain() == 1
            async with connection() as raw:
                assert await raw.fetchval("SELECT label FROM effects") == "inside"
            raise ZeroDivisionError
    assert await labels(sql) == []


async def test_two_jobs_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"test\.mark"):
        job("test.mark", lane=Lane.NOTICES)(leave)
    assert isinstance(JOBS["test.mark"], Job)
