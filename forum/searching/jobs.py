"""Index what was written; each job re-reads, so running twice or late does no harm.

While the engine is away they come back, as often as it takes: an outage loses nothing.
"""
import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec

from forum.jobs.queue import Job, Lane, NotNowError, enqueue, job
from forum.jobs.together import take_off, waiting
from forum.jobs.upkeep import sweep
from forum.kit.transaction import command, connection
from forum.outbox.fact import every_fact
from forum.outbox.registry import jobs_after
from forum.outbox.stream import Cursor, StoredFact, committed_after
from forum.searching.comparison import verify
from forum.searching.indexing import BATCH, Gatherer, index_posts
from search.engine import SearchUnavailable

log = logging.getLogger(__name__)

POSTS_OF_THREAD = "SELECT id FROM posts WHERE thread_id = $1 AND id > $2 ORDER BY id LIMIT $3"
POSTS_OF_MEMBER = "SELECT id FROM posts WHERE author_id = $1 AND id > $2 ORDER BY id LIMIT $3"

OLD_TALLIES = """
DELETE FROM trending_queries WHERE id IN (
    SELECT id FROM trending_queries WHERE day < current_date - 90 LIMIT 5000)
"""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 90.0
# An engine that hangs is away, too. Jobs wait for their turn meanwhile.
PATIENCE = 120.0
# For jobs that go through the whole index.
LONG = 6 * 3600.0
# Jobs of a replay that run side by side, and so share a commit.
AT_ONCE = 20


class Outage:
    """Since when the engine has been away: the longer, the later the jobs that need it come back."""

    def __init__(self) -> None:
        self._since: float | None = None

    @asynccontextmanager
    async def awaited(self, patience: float | None = PATIENCE) -> AsyncIterator[None]:
        """Turns what says that it is away, or ``patience`` seconds of silence, into NotNowError."""
        try:
            async with asyncio.timeout(patience):
                yield
        except (SearchUnavailable, TimeoutError) as error:
            now = time.monotonic()
            self._since = self._since or now
            seconds = min(FIRST_PAUSE + (now - self._since) / 4, LONGEST_PAUSE)
            raise NotNowError(repr(error), timedelta(seconds=seconds * random.uniform(0.75, 1.25))) from error  # noqa: S311
        self._since = None


async def _index_with_those_that_wait(post_ids: Collection[int]) -> None:
    """Posts whose jobs are still in the queue go along, so that a backlog is a few commits and not thousands."""
    others = await waiting(index_post, BATCH)
    try:
        await index_posts({*post_ids, *(payload["post_id"] for payload in others.values())})
    except SearchUnavailable:
        raise
    except Exception:
        if not others:
            raise
        # It may be one of theirs that cannot be indexed: they have their own tries.
        await index_posts(post_ids)
        others = {}
    if others:
        await take_off(others)


_gatherer = Gatherer(_index_with_those_that_wait)
_outage = Outage()


@job("searching.index_post", lane=Lane.INDEXING)
async def index_post(post_id: int) -> None:
    async with _outage.awaited():
        await _gatherer.index([post_id])


@job("searching.index_thread", lane=Lane.INDEXING, dedupe=lambda thread_id, after=0: f"{thread_id}-{after}")
async def index_thread(thread_id: int, after: int = 0) -> None:
    """All its posts with ids above ``after``, for each carries the title: a batch of them, and a job for the next."""
    if last := await _index_batch(POSTS_OF_THREAD, thread_id, after):
        await _ask(index_thread, thread_id=thread_id, after=last)


@job("searching.index_member", lane=Lane.INDEXING, dedupe=lambda member_id, after=0: f"{member_id}-{after}")
async def index_member(member_id: int, after: int = 0) -> None:
    """All that they wrote, for each post carries their name; batch after batch, as above."""
    if last := await _index_batch(POSTS_OF_MEMBER, member_id, after):
        await _ask(index_member, member_id=member_id, after=last)


async def _index_batch(statement: str, of: int, after: int) -> int | None:
    """Where the next batch begins, if there may be one."""
    async with connection() as sql:
        ids = [row["id"] for row in await sql.fetch(statement, of, after, BATCH)]
    async with _outage.awaited():
        await _gatherer.index(ids)
    return ids[-1] if len(ids) == BATCH else None


@command
async def _ask(job: Job, **payload: int) -> None:
    await enqueue(job, payload)


OF_FACTS = (index_post, index_thread, index_member)


@job("searching.replay_facts", lane=Lane.INDEXING, seconds=LONG)
async def replay_facts(tx: int, id: int) -> None:
    """Run again the index jobs of all facts after the cursor ``tx-id``: what they wrote went to an older index."""
    cursor = Cursor(tx, id)
    while facts := await committed_after(cursor):
        cursor = facts[-1].cursor
        calls = list(_calls_for(facts))
        for start in range(0, len(calls), AT_ONCE):
            some = calls[start : start + AT_ONCE]
            outcomes = await asyncio.gather(*(each(**payload) for each, payload in some), return_exceptions=True)
            for outcome in outcomes:
                if outcome is not None:
                    raise outcome


def _calls_for(facts: Iterable[StoredFact]) -> Iterable[tuple[Job, Mapping[str, Any]]]:
    """The index jobs that they ask for, each once."""
    kinds = {kind.name: kind for kind in every_fact()}
    calls: dict[tuple[str, str], tuple[Job, Mapping[str, Any]]] = {}
    for stored in facts:
        try:
            fact = msgspec.convert(stored.payload, kinds[stored.name])
        except (KeyError, msgspec.ValidationError):
            # Another version of the forum wrote it; the daily comparison sees to what it changed.
            log.warning("%s (%s) cannot be replayed", stored.name, stored.cursor)
            continue
        for each, payload in jobs_after(fact):
            if each in OF_FACTS:
                calls[each.name, str(payload)] = each, payload
    return calls.values()


@command
async def promise_replay(cursor: Cursor, delay: timedelta) -> None:
    await enqueue(replay_facts, cursor._asdict(), delay=delay)


@job("searching.verify_index", lane=Lane.UPKEEP, dedupe=lambda: "", seconds=LONG)
async def verify_index() -> None:
    """What no fact told of (imports, changes by hand) is found here, once a day."""
    async with _outage.awaited(None):
        found = await verify()
    if found.total:
        log.warning("the search index was out of step and is mended: %s", found)


@job("searching.prune_trending", lane=Lane.UPKEEP)
async def prune_trending() -> None:
    """What many people looked for is known for 90 days."""
    await sweep(OLD_TALLIES)
