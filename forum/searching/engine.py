"""The search engine of this process, made from the settings and installed by the composition root."""
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from auth.outbound import certificates
from config.settings import Settings
from search.breaker import Breaker
from search.embedded import EmbeddedEngine
from search.engine import SearchEngine

_engine: SearchEngine | None = None


def install(engine: SearchEngine | None) -> None:
    global _engine
    _engine = engine


def engine() -> SearchEngine:
    assert _engine is not None, "the composition root installs the engine"
    return _engine


def make(settings: Settings) -> SearchEngine:
    """The engine that the settings name; searches give up on it in 1.5 s, and at once while it is known to be away."""
    chosen = settings.search
    if chosen.engine == "embedded":
        return Breaker(EmbeddedEngine(Path(chosen.folder or Path(settings.database.data) / "search")))
    # Imported by those who use it: 120 ms and 9 MB.
    from search.meilisearch.engine import MeilisearchEngine

    assert chosen.url is not None and chosen.key is not None, "config.loading demands both"
    return Breaker(MeilisearchEngine(chosen.url, chosen.key.reveal(), chosen.index, context=certificates()))


@asynccontextmanager
async def installed(settings: Settings) -> AsyncIterator[SearchEngine]:
    """The engine, for the length of a block: what commands and the worker need."""
    made = make(settings)
    install(made)
    try:
        yield made
    finally:
        await made.aclose()
