"""A demonstration community in a PostgreSQL of its own, filled once for all tests that read it."""
import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration
from forum.site.demo.fill import Totals, fill
from tests.support.database import server


@dataclass
class Demo:
    """``heard`` is what the progress callback was told, ``seconds`` how long the filling took."""

    url: str
    totals: Totals
    seconds: float
    heard: list[tuple[str, int, int]] = field(default_factory=list)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database, in a connection of our own."""

        async def ask() -> list[tuple[Any, ...]]:
            sql = await asyncpg.connect(self.url)
            try:
                return [tuple(row) for row in await sql.fetch(statement, *values)]
            finally:
                await sql.close()

        return asyncio.run(ask())

    def value(self, statement: str, *values: Any) -> Any:
        return self.rows(statement, *values)[0][0]

    def inside(self, deed: Callable[[], Awaitable[Any]]) -> Any:
        """Do something of the forum's own in this database."""
        return within(self.url, deed)


def within(url: str, deed: Callable[[], Awaitable[Any]]) -> Any:
    """Open the forum's database, do the deed, close it."""

    async def do() -> Any:
        await connect(tortoise_config(url, DatabaseSettings()))
        try:
            return await deed()
        finally:
            await disconnect()

    return asyncio.run(do())


async def migrated() -> None:
    async for _ in migration.migrate():
        pass


@pytest.fixture(scope="session")
def new_database() -> Callable[[str], str]:
    """Make a migrated database, empty of people, on the tests' server; its address comes back."""
    create("blank_site")
    within(server().url("blank_site"), migrated)
    return lambda name: create(name, template="blank_site")


def create(name: str, template: str = "template1") -> str:
    async def make() -> None:
        sql = await asyncpg.connect(server().url("postgres"))
        try:
            await sql.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}')
        finally:
            await sql.close()

    asyncio.run(make())
    return server().url(name)


@pytest.fixture(scope="session")
def demo(new_database: Callable[[str], str]) -> Demo:
    url, heard = new_database("demonstration"), list[tuple[str, int, int]]()

    async def filled() -> Totals:
        return await fill(lambda what, done, total: heard.append((what, done, total)))

    begun = time.monotonic()
    totals = within(url, filled)
    return Demo(url, totals, time.monotonic() - begun, heard)
