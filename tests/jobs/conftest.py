from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from forum.kit.postgres import EmbeddedPostgres
from tests.jobs.database import clone, mortal_server, opened


@pytest.fixture(scope="session")
def queue_url() -> Iterator[str]:
    with clone() as url:
        yield url


@pytest.fixture
async def sql(queue_url: str) -> AsyncIterator[asyncpg.Connection]:
    async with opened(queue_url) as raw:
        yield raw


@pytest.fixture
def mortal() -> Iterator[EmbeddedPostgres]:
    with mortal_server() as postgres:
        yield postgres
