"""The search engine of this process, made from the settings and installed by the composition root."""
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

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
    folder = settings.search.folder or Path(settings.database.data) / "search"
    return Breaker(EmbeddedEngine(Path(folder)))


@asynccontextmanager
async def installed(settings: Settings) -> AsyncIterator[SearchEngine]:
    """The engine, for the length of a block: what commands and the worker need."""
    made = make(settings)
    install(made)
    try:
        yield made
    finally:
        await made.aclose()
