"""The pool: reads within reads do not exhaust it, and a connection that was cut is an outage, not a bug."""
import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit.errors import Overloaded
from forum.kit.transaction import command, connection
from tests.support import database

pytestmark = pytest.mark.anyio

BACKEND = "SELECT pg_backend_pid()"
POOL = 2


@pytest.fixture
def cloned() -> Iterator[str]:
    with database.clone() as url:
        yield url


@pytest.fixture
async def url(cloned: str) -> AsyncIterator[str]:
    await connect(tortoise_config(cloned, DatabaseSettings(pool_size=POOL)))
    yield cloned
    await disconnect()


async def _cut(url: str, pid: int) -> None:
    raw = await asyncpg.connect(url)
    await raw.execute("SELECT pg_terminate_backend($1)", pid)
    await raw.close()


async def test_a_block_in_a_block_reads_with_the_same_connection(url: str) -> None:
    both = asyncio.Barrier(POOL)

    async def read() -> bool:
        async with connection() as outer:
            await both.wait()
            async with connection() as inner:
                return inner is outer and await inner.fetchval("SELECT true")

    assert await asyncio.gather(*(read() for _ in range(POOL))) == [True] * POOL


async def test_another_task_takes_another_connection(url: str) -> None:
    async def pid() -> int:
        async with connection() as raw:
            return int(await raw.fetchval(BACKEND))

    async with connection() as raw:
        assert await asyncio.create_task(pid()) != await raw.fetchval(BACKEND)


async def test_a_connection_cut_while_reading_is_an_outage(url: str) -> None:
    with pytest.raises(Overloaded):
        async with connection() as raw:
            await _cut(url, await raw.fetchval(BACKEND))
            await raw.fetchval(BACKEND)
    async with connection() as raw:
        assert await raw.fetchval("SELECT true")


async def test_a_command_whose_connection_is_cut_is_an_outage(url: str) -> None:
    @command
    async def deed(cut: bool) -> bool:
        async with connection() as raw:
            if cut:
                await _cut(url, await raw.fetchval(BACKEND))
            return bool(await raw.fetchval("SELECT true"))

    with pytest.raises(Overloaded):
        await deed(cut=True)
    assert await deed(cut=False)


async def test_a_wrong_parameter_stays_a_bug(url: str) -> None:
    with pytest.raises(asyncpg.DataError):
        async with connection() as raw:
            await raw.fetchval("SELECT $1::int", "seven")
