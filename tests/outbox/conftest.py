from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from tests.jobs.database import fresh_database, opened


@pytest.fixture(scope="session")
def queue_url() -> Iterator[str]:
    with fresh_database("outbox") as url:
        yield url


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def sql(queue_url: str) -> AsyncIterator[asyncpg.Connection]:
    async with opened(queue_url) as raw:
        yield raw
