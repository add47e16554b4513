"""The search engine of this process, installed by the composition root."""
from search.engine import SearchEngine

_engine: SearchEngine | None = None


def install(engine: SearchEngine | None) -> None:
    global _engine
    _engine = engine


def engine() -> SearchEngine:
    assert _engine is not None, "the composition root installs the engine"
    return _engine
