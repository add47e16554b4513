"""Every test has the cast, the application in process and real PostgreSQL; what it writes is rolled back.

Tests marked ``committed`` get a database of their own instead (concurrency, streams and the outbox need commits).
"""
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from config.database import connect, disconnect, tortoise_config
from config.loading import load
from config.settings import Settings
from forum.app import Site
from forum.kit.transaction import outermost
from forum.searching import engine
from search.embedded import EmbeddedEngine
from tests.cast import Cast
from tests.support import database
from tests.support.clients import BASE, Client, client_of
from tests.support.scheduling import ByStage, longest_first


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False
    return ByStage(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cast() -> Cast:
    return database.template()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load(
        environ={},
        site_base_url=BASE,
        site_secret_key="a key for tests, long enough to be taken",
        search_folder=str(tmp_path_factory.mktemp("search")),
    )


@pytest.fixture(scope="session")
def rolled_back_url(cast: Cast) -> Iterator[str]:
    with database.clone() as url:
        yield url


@pytest.fixture
async def transaction(rolled_back_url: str, settings: Settings) -> AsyncIterator[None]:
    """The test runs inside one transaction that is never committed."""
    await connect(tortoise_config(rolled_back_url, settings.database))
    try:
        try:
            async with outermost():
                yield
                raise _RollBackError
        except _RollBackError:
            pass
    finally:
        await disconnect()


class _RollBackError(Exception):
    pass


@pytest.fixture
async def site(transaction: None, settings: Settings, tmp_path: Path) -> Site:
    site = Site(settings)
    engine.install(EmbeddedEngine(tmp_path / "search"))
    return site


@pytest.fixture
async def client(site: Site) -> Callable[..., Client]:
    """``client("ben")``, ``client("stranger")``, ``client("fay", browser=True)``."""
    return lambda name, browser=False: client_of(site, name, browser=browser)


@pytest.fixture
def committed_url(cast: Cast) -> Iterator[str]:
    with database.clone() as url:
        yield url


@pytest.fixture
async def committed_site(committed_url: str, settings: Settings) -> AsyncIterator[Site]:
    """A site on a database of its own, running: commits are real."""
    site = Site(settings)
    async with site.running(committed_url):
        yield site
