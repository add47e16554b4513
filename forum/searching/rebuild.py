"""Make the whole index anew while the old one serves, then catch up with what happened meanwhile."""
import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from forum.jobs.queue import NotNowError
from forum.jobs.reach import UNREACHABLE
from forum.kit.transaction import patience
from forum.outbox.stream import newest_cursor
from forum.searching.engine import engine
from forum.searching.indexing import count_documents, every_document
from forum.searching.jobs import promise_replay, replay_facts
from search.engine import SearchUnavailable

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

# By then the swap is over; whoever is killed between it and the replay leaves the replay to a worker.
SWAPPED_BY = timedelta(minutes=5)
LOOK_SECONDS, LONGEST_PAUSE = 5.0, 60.0
# A rebuild may wait for a connection longer than a visitor.
PATIENCE_SECONDS = 30.0


async def rebuild(progress: Progress | None = None) -> int:
    """Returns how many posts were indexed. ``progress`` gets (done, total).

    Index jobs that run meanwhile change the old index. So all of their facts that are committed when the new one
    serves are replayed; the jobs of later ones find it.
    """
    cursor = await newest_cursor()
    total, done = await count_documents(), 0
    async with engine().rebuild() as builder:
        async for documents in every_document():
            await builder.add(documents)
            done += len(documents)
            if progress is not None:
                progress(done, total)
        await promise_replay(cursor, SWAPPED_BY)
    await replay_facts(**cursor._asdict())
    return done


@asynccontextmanager
async def keeping_an_index() -> AsyncIterator[None]:
    """While the block lasts: an index that is missing, damaged or of another version is made anew.

    Only one process makes it (the engine sees to that); the jobs that need it wait meanwhile.
    """
    keeper = asyncio.create_task(_keep(), name="search index")
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.wait({keeper})


async def _keep() -> None:
    patience.set(PATIENCE_SECONDS)
    pause = LOOK_SECONDS
    while True:
        try:
            if (status := await engine().status()).rebuild:
                log.warning("the search index is made anew: %s", status.reason)
                log.warning("the search index is made anew: %s posts", await rebuild())
            pause = LOOK_SECONDS
        except (SearchUnavailable, NotNowError, *UNREACHABLE) as error:
            log.warning("the search index cannot be made now: %r", error)
            pause = min(pause * 2, LONGEST_PAUSE)
        except Exception:
            log.exception("the search index could not be made")
            pause = LONGEST_PAUSE
        await asyncio.sleep(pause)
