"""A small site around the doors: real PostgreSQL, rolled back, and a provider that can lie."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import asyncpg
import httpx2
import pytest

from auth.demo.provider import DemoProvider
from auth.outbound import open_client
from config.database import connect, disconnect, tortoise_config
from config.settings import AuthSettings, DatabaseSettings, ProviderSettings, Secret, Settings, SiteSettings
from forum.directory import MemberDirectory
from forum.kit.transaction import outermost
from tests.auth.database import empty_database
from tests.auth.faces import FACES
from tests.auth.op import ISSUER, SECOND, LyingProvider
from tests.auth.site import BASE_URL, Site, page


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with empty_database() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    await connect(tortoise_config(database_url, DatabaseSettings()))
    try:
        with suppress(UndoError):
            async with outermost() as raw:
                yield raw
                raise UndoError
    finally:
        await disconnect()


class UndoError(Exception):
    pass


@pytest.fixture
def settings() -> Settings:
    return Settings(
        site=SiteSettings(base_url=BASE_URL, secret_key=Secret("a secret of the tests, 32 letters long")),
        auth=AuthSettings(
            providers=(
                ProviderSettings(
                    name="op",
                    label="Course platform",
                    issuer=ISSUER,
                    client_id="forum",
                    client_secret=Secret("forum-secret"),
                    owned_domains=("owned.test",),
                    silent=True,
                ),
                ProviderSettings(
                    name="second",
                    label="Ministry",
                    issuer=SECOND,
                    client_id="forum",
                    client_secret=Secret("another-secret"),
                    step_up_acr="two-factors",
                ),
            ),
            new_members="pending",
        ),
    )


@pytest.fixture
def op() -> LyingProvider:
    return LyingProvider()


@pytest.fixture
def second() -> LyingProvider:
    return LyingProvider(SECOND, "second")


@pytest.fixture
async def site(
    database: asyncpg.Connection, settings: Settings, op: LyingProvider, second: LyingProvider
) -> AsyncIterator[Site]:
    mounts = {one.issuer: httpx2.ASGITransport(app=one.app) for one in (op, second)}
    client = open_client(settings.limits, mounts)
    async with client:
        yield Site(settings, MemberDirectory(settings.auth), client, raw=database)


@pytest.fixture
async def demo_site(database: asyncpg.Connection, settings: Settings) -> AsyncIterator[Site]:
    demo = DemoProvider(FACES, base_url=BASE_URL, render=page)
    async with open_client(settings.limits, demo.mounts()) as client:
        yield Site(settings, MemberDirectory(settings.auth, demo=True), client, raw=database, demo=demo)
