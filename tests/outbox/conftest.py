from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from forum.outbox import registry
from tests.jobs.database import clone, opened


@pytest.fixture(autouse=True)
def no_subscriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_strict", False)
    monkeypatch.setattr(registry, "_installed", {})


@pytest.fixture(scope="session")
def outbox_url() -> Iterator[str]:
    with clone() as url:
        yield url


@pytest.fixture
async def sql(outbox_url: str) -> AsyncIterator[asyncpg.Connection]:
    async with opened(outbox_url) as raw:
        yield raw
