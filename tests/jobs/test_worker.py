"""Nothing is lost: workers are killed, PostgreSQL goes away, jobs fail, and every job is done or held."""
import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from forum import schedule
from forum.jobs import executor, manager
from forum.jobs.queue import Job, Waiting, enqueue, enqueue_many
from forum.jobs.reach import UNREACHABLE
from forum.kit.postgres import EmbeddedPostgres
from forum.kit.transaction import command, outermost
from forum.outbox.relay import Relay
from tests.jobs.cases import copy, fail, hang_first, hang_once, leave, mark, not_now, sleep_first, until, working
from tests.jobs.database import opened

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

HANDED_BACK = """
SELECT status, tries FROM pgqueuer q JOIN job_tries t ON t.job_id = q.id WHERE entrypoint = 'test.hang_first'
"""
# The clock's own jobs may fail beside it: here nobody has installed what they need.
HELD = """
    SELECT tries, last_error FROM job_tries t JOIN pgqueuer q ON q.id = t.job_id
    WHERE status = 'failed' AND entrypoint = 'test.fail'
"""
ROOT = Path(__file__).parents[2]


@command
async def ask(job: Job, label: str) -> None:
    await enqueue(job, {"label": label})


async def marks(sql: asyncpg.Connection, label: str) -> int:
    count: int = await sql.fetchval("SELECT count(*) FROM effects WHERE label = $1", label)
    return count


async def in_queue(sql: asyncpg.Connection) -> int:
    count: int = await sql.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint LIKE 'test.%'")
    return count


async def test_a_burst_is_worked_off(sql: asyncpg.Connection) -> None:
    @command
    async def burst() -> None:
        await enqueue_many(Waiting(mark, {"label": "burst"}) for _ in range(200))

    async def done() -> bool:
        return await marks(sql, "burst") == 200 and await in_queue(sql) == 0

    async with Relay(), working():
        await burst()
        await until(done)


@pytest.mark.faults
async def test_a_job_outlives_the_worker_killed_in_it(sql: asyncpg.Connection, queue_url: str) -> None:
    await ask(hang_first, "job")
    job_id = await sql.fetchval("SELECT id FROM pgqueuer")
    command_line = [sys.executable, "-m", "tests.jobs.cases", queue_url]
    process = await asyncio.create_subprocess_exec(*command_line, cwd=ROOT)

    async def began() -> bool:
        return await marks(sql, "began job") == 1

    async def done() -> bool:
        return await marks(sql, "done job") == 1 and await in_queue(sql) == 0

    try:
        await until(began)
    finally:
        process.kill()
        await process.wait()
    async with working():
        await until(done)
    assert await sql.fetchval("SELECT tries FROM job_tries WHERE job_id = $1", job_id) == 2


async def test_a_change_that_is_still_open_is_waited_for(sql: asyncpg.Connection) -> None:
    """It found its job waiting and skipped its own; the job must not run before that change can be seen."""
    await leave("change")
    await ask(copy, "change")
    skipped, commit = asyncio.Event(), asyncio.Event()

    async def late_writer() -> None:
        async with outermost():
            await leave("change")
            await ask(copy, "change")
            skipped.set()
            await commit.wait()

    job_id = await sql.fetchval("SELECT id FROM pgqueuer")

    async def picked() -> bool:
        return bool(await sql.fetchval("SELECT count(*) FROM job_tries WHERE job_id = $1", job_id))

    async def seen() -> bool:
        return await marks(sql, "change seen 2") == 1

    writer = asyncio.create_task(late_writer())
    await skipped.wait()
    assert await in_queue(sql) == 1
    async with working():
        await until(picked)
        assert await sql.fetchval("SELECT count(*) FROM effects WHERE label LIKE '%seen%'") == 0
        commit.set()
        await writer
        await until(seen)


async def test_a_change_during_the_run_runs_the_job_again(
    sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager.Workshop._go_home, "__defaults__", (0.05,))

    async def began() -> bool:
        return await marks(sql, "began once") == 1

    async def done() -> bool:
        return await marks(sql, "done once") == 1

    async with working():
        await ask(hang_once, "once")
        await until(began)
        await ask(hang_once, "once")
        await until(done)


async def test_the_key_is_given_up_before_the_job_runs(sql: asyncpg.Connection) -> None:
    await ask(copy, "key")
    job_id = await sql.fetchval("SELECT id FROM pgqueuer WHERE dedupe_key IS NOT NULL")
    assert await executor.begin(job_id) == 1
    await ask(copy, "key")
    assert await in_queue(sql) == 2


async def test_a_job_that_fails_is_held_after_five_tries(
    sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "pause", lambda tries: timedelta())
    await ask(fail, "failing")

    async def held() -> bool:
        return await sql.fetchval("SELECT status FROM pgqueuer WHERE entrypoint = 'test.fail'") == "failed"

    async with working():
        await until(held)
    assert await marks(sql, "failing") == executor.MAX_TRIES
    row = await sql.fetchrow(HELD)
    assert (row["tries"], row["last_error"]) == (5, "ValueError('this job never works')")


async def test_waiting_for_what_is_away_is_no_try(sql: asyncpg.Connection) -> None:
    await ask(not_now, "waited")

    async def done() -> bool:
        return await in_queue(sql) == 0

    async with working():
        await until(done)
    assert await marks(sql, "waited") == 8 > executor.MAX_TRIES


async def test_a_job_that_kills_its_workers_is_held_without_another_run(sql: asyncpg.Connection) -> None:
    await ask(mark, "deadly")
    await sql.execute("INSERT INTO job_tries (job_id, tries) SELECT id, 5 FROM pgqueuer")

    async def held() -> bool:
        return await sql.fetchval("SELECT status FROM pgqueuer WHERE entrypoint = 'test.mark'") == "failed"

    async with working():
        await until(held)
    assert await marks(sql, "deadly") == 0


def test_pauses_grow_and_end() -> None:
    pauses = [executor.pause(tries).total_seconds() for tries in range(1, 6)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 3
    assert pauses[-1] <= 3600 * 1.25


async def test_a_worker_that_stops_gives_its_jobs_back(
    sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager.Workshop._go_home, "__defaults__", (0.05,))
    await ask(hang_first, "home")

    async def began() -> bool:
        return await marks(sql, "began home") == 1

    async with working():
        await until(began)
    row = await sql.fetchrow(HANDED_BACK)
    assert (row["status"], row["tries"]) == ("queued", 0)


@pytest.mark.faults
async def test_the_worker_survives_the_death_of_postgresql(mortal: EmbeddedPostgres) -> None:
    """kill -9 of the postmaster in the middle of a job; its supervisor starts it again."""
    url = mortal.url()

    async def done() -> bool:
        try:
            again = await asyncpg.connect(url)
        except UNREACHABLE:
            return False
        try:
            return await marks(again, "done cut") >= 1 and await marks(again, "after") >= 1
        finally:
            await again.close()

    async def asked() -> bool:
        try:
            await ask(mark, "after")
        except UNREACHABLE:
            return False
        return True

    async with opened(url) as sql, Relay(), working():
        await ask(sleep_first, "cut")

        async def began() -> bool:
            return await marks(sql, "began cut") == 1

        await until(began)
        os.kill(mortal.pid, signal.SIGKILL)
        await until(asked)
        await until(done)


async def test_a_period_is_enqueued_once_by_many_workers(sql: asyncpg.Connection) -> None:
    found = await asyncio.gather(*(schedule.enqueue_due() for _ in range(4)))
    names = [name for each in found for name in each]
    assert len(names) == len(set(names)) >= 4
    assert await schedule.enqueue_due() == []
    await sql.execute("DELETE FROM pgqueuer; UPDATE pgqueuer_schedules SET next_run = now()")
    assert sorted(await schedule.enqueue_due()) == sorted(names)
