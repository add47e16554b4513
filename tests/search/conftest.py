import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from search.embedded import EmbeddedEngine
from search.engine import SearchEngine
from search.meilisearch.engine import MeilisearchEngine
from tests.search.fake_meilisearch import FakeMeilisearch, serving

# A server for these tests: they make and remove indexes that begin with "contract-".
MEILI_URL, MEILI_KEY = os.environ.get("MEILI_URL"), os.environ.get("MEILI_KEY")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def embedded(tmp_path: Path, anyio_backend: str) -> EmbeddedEngine:
    made = EmbeddedEngine(tmp_path / "index")
    async with made.rebuild():
        pass
    return made


@pytest.fixture
async def meilisearch(anyio_backend: str) -> AsyncIterator[MeilisearchEngine]:
    """The engine on the server of MEILI_URL, else on the fake."""
    async with _server() as (url, key):
        made = MeilisearchEngine(url, key, f"contract-{secrets.token_hex(4)}")
        async with made.rebuild():
            pass
        try:
            yield made
        finally:
            await made._index.delete()
            await made.aclose()


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[str, str | None]]:
    if MEILI_URL:
        yield MEILI_URL, MEILI_KEY
        return
    async with serving(FakeMeilisearch()) as fake:
        yield fake.url, "secret"


@pytest.fixture
def engine(embedded: EmbeddedEngine) -> SearchEngine:
    """The embedded one; tests of what both do say `engine` themselves."""
    return embedded
