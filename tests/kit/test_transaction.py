"""One transaction a deed: nesting, retries, hooks, and no connection lost."""
import asyncio

import asyncpg
import pytest

from forum.app import Site
from forum.kit.errors import Overloaded
from forum.kit.transaction import after_commit, command, connection, in_transaction, patience
from forum.members.models import Member

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

RENAME = "UPDATE members SET display_name = $2 WHERE username = $1"


async def name_of(username: str) -> str:
    async with connection() as sql:
        return str(await sql.fetchval("SELECT display_name FROM members WHERE username = $1", username))


async def test_the_orm_and_hand_written_sql_share_the_transaction(committed_site: Site) -> None:
    @command
    async def rename() -> str:
        await Member.filter(username="ben").update(display_name="Benjamin")
        assert in_transaction()
        return await name_of("ben")

    assert await rename() == "Benjamin"
    assert not in_transaction()


async def test_a_deed_that_fails_leaves_nothing(committed_site: Site) -> None:
    @command
    async def rename() -> None:
        async with connection() as sql:
            await sql.execute(RENAME, "ben", "Benjamin")
        raise LookupError

    with pytest.raises(LookupError):
        await rename()
    assert await name_of("ben") == "Ben"


async def test_a_command_inside_a_command_is_a_savepoint(committed_site: Site) -> None:
    @command
    async def inner() -> None:
        async with connection() as sql:
            await sql.execute(RENAME, "ben", "Benjamin")
        raise LookupError

    @command
    async def outer() -> None:
        async with connection() as sql:
            await sql.execute(RENAME, "fay", "Faye")
        with pytest.raises(LookupError):
            await inner()

    await outer()
    assert (await name_of("ben"), await name_of("fay")) == ("Ben", "Faye")


async def test_a_deadlock_is_tried_again(committed_site: Site) -> None:
    met = asyncio.Barrier(2)
    tries = 0

    @command
    async def swap(first: str, second: str) -> None:
        nonlocal tries
        tries += 1
        async with connection() as sql:
            await sql.execute(RENAME, first, "one")
            if tries <= 2:
                async with asyncio.timeout(5):
                    await met.wait()
            await sql.execute(RENAME, second, "two")

    await asyncio.gather(swap("ben", "fay"), swap("fay", "ben"))
    assert tries == 3


async def test_hooks_run_after_the_commit_and_never_after_a_rollback(committed_site: Site) -> None:
    heard: list[str] = []

    @command
    async def deed(*, fail: bool) -> None:
        after_commit(lambda: heard.append(f"in transaction: {in_transaction()}"))
        if fail:
            raise LookupError

    with pytest.raises(LookupError):
        await deed(fail=True)
    await deed(fail=False)
    assert heard == ["in transaction: False"]


async def test_cancelled_requests_give_their_connection_back(committed_site: Site) -> None:
    """A request cancelled anywhere (in BEGIN, in the deed, in COMMIT) leaks nothing: the pool stays whole."""

    @command
    async def deed() -> None:
        async with connection() as sql:
            await sql.execute("SELECT pg_sleep(0.001)")

    for wait in range(60):
        task = asyncio.create_task(deed())
        await asyncio.sleep(wait / 20_000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        await asyncio.gather(*(deed() for _ in range(20)))


async def test_who_waits_too_long_for_a_connection_is_told_so(committed_site: Site) -> None:
    size = committed_site.settings.database.pool_size
    release = asyncio.Event()

    async def hold() -> None:
        async with connection():
            await release.wait()

    holders = [asyncio.create_task(hold()) for _ in range(size)]
    await asyncio.sleep(0.2)
    patience.set(0.05)
    with pytest.raises(Overloaded):
        async with connection():
            pass
    release.set()
    await asyncio.gather(*holders)
    async with connection() as sql:
        assert await sql.fetchval("SELECT 1") == 1


async def test_a_statement_that_breaks_a_rule_is_no_500_by_itself(committed_site: Site) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with connection() as sql:
            await sql.execute("UPDATE members SET display_name = '' WHERE username = 'ben'")
