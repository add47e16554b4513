import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import TracebackType

import asyncpg
import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.transfer.community import importing
from forum.transfer.community.converting import Converted, convert
from tests.support import database

EMPTY = """
TRUNCATE members, groups, memberships, grants, threads, posts, mentions, group_marks, bans, identities, facts,
    notices, pgqueuer CASCADE
"""


@pytest.fixture(scope="session")
def transfer_url() -> Iterator[str]:
    with database.clone() as url:
        yield url


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def sql(transfer_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The forum connected to an empty database, and a connection of the test's own."""
    raw = await asyncpg.connect(transfer_url, timeout=5)
    await raw.execute(EMPTY)
    await connect(tortoise_config(transfer_url, DatabaseSettings()))
    try:
        yield raw
    finally:
        await disconnect()
        await raw.close()


class ConvertersAtHand:
    """Converts in the test's own process, which costs a test no start of others."""

    def __init__(self, hrefs: Mapping[str, str]) -> None:
        self._hrefs = hrefs

    def __enter__(self) -> "ConvertersAtHand":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def convert(self, messages: Sequence[str]) -> "asyncio.Future[list[list[Converted | str]]]":
        future: asyncio.Future[list[list[Converted | str]]] = asyncio.get_running_loop().create_future()
        future.set_result([[convert(html, self._hrefs) for html in messages]])
        return future


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "Converters", ConvertersAtHand)
