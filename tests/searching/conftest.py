import pytest

from forum.app import Site
from forum.searching import comparison, engine, jobs
from forum.searching.indexing import Gatherer
from tests.searching.engines import MemoryEngine


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is on its way in a test that has run its jobs."""
    monkeypatch.setattr(comparison, "SETTLE_SECONDS", 0)
    # Each test has an event loop of its own.
    monkeypatch.setattr(jobs, "_gatherer", Gatherer(jobs._index_with_those_that_wait))
    monkeypatch.setattr(jobs, "_outage", jobs.Outage())


@pytest.fixture
async def memory(site: Site) -> MemoryEngine:
    """In step with the cast's posts."""
    made = await MemoryEngine().fill()
    engine.install(made)
    return made
