"""A site on a database of its own for each module: a spoiled request must not spoil the next one's transaction."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from config.settings import Settings
from forum.app import Site
from forum.searching import engine
from search.embedded import EmbeddedEngine
from tests.api.standing import stand_again, undertake
from tests.cast import Cast
from tests.support import database
from tests.support.clients import Client, client_of


@pytest.fixture(scope="module")
def own_url(cast: Cast) -> Iterator[str]:
    with database.clone() as url:
        yield url


@pytest.fixture(scope="module")
async def own_site(
    own_url: str, settings: Settings, cast: Cast, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    site = Site(settings)
    engine.install(EmbeddedEngine(tmp_path_factory.mktemp("search")))
    async with site.running(own_url):
        await undertake(cast)
        yield site


@pytest.fixture
async def as_(own_site: Site) -> Callable[..., Client]:
    """``as_("ben")``, ``as_("ben", browser=True)``: like ``client``, with real commits."""
    await stand_again()
    return lambda name, browser=False: client_of(own_site, name, browser=browser)


@pytest.fixture
async def ben(as_: Callable[..., Client]) -> AsyncIterator[Client]:
    async with as_("ben") as ben:
        yield ben
