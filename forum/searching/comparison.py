"""The index compared with the database, by the stamps of documents in ranges of ids, and mended where they differ."""
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from forum.kit.transaction import connection
from forum.searching.engine import engine
from forum.searching.indexing import BATCH, BETWEEN, documents, index_posts

Progress = Callable[[int, int], None]

# The last of a batch of ids, however many numbers were left out between them.
LAST = "SELECT max(id) AS last, count(*) AS n FROM (SELECT id FROM posts WHERE id > $1 ORDER BY id LIMIT $2) AS batch"
ALL = "SELECT count(*) FROM posts"
# Beyond it JSON's numbers are no longer exact; no post has such an id.
HIGHEST = 2**53 - 1
# A job that is on its way has arrived by the second look.
SETTLE_SECONDS = 1.0
# Differences that are remembered until the second look.
MOST = 20_000


class Fault(StrEnum):
    """What is wrong with a document of the index."""

    MISSING = "missing"
    STALE = "stale"
    SUPERFLUOUS = "superfluous"


@dataclass(frozen=True, slots=True)
class Differences:
    """How many documents differ from what the database holds."""

    missing: int = 0
    stale: int = 0
    superfluous: int = 0

    @property
    def total(self) -> int:
        return self.missing + self.stale + self.superfluous

    def __str__(self) -> str:
        return f"{self.missing} missing, {self.stale} stale, {self.superfluous} superfluous"


class _Range(NamedTuple):
    """Ids from ``first`` to ``last``, both included, and which of them were wrong when last looked at."""

    first: int
    last: int
    wrong: Mapping[int, Fault]


async def verify(*, mend: bool = True, progress: Progress | None = None) -> Differences:
    """How far the index differed from the database; where ``mend``, on return it does not.

    Posts may change meanwhile: only what is wrong in the same way twice, ``SETTLE_SECONDS`` apart, counts.
    Raises SearchUnavailable. ``progress`` gets (done, total).
    """
    found: Counter[Fault] = Counter()
    doubtful: list[_Range] = []
    async for first, last in _ranges(progress):
        if wrong := await _faults(first, last):
            doubtful.append(_Range(first, last, wrong))
        if sum(len(each.wrong) for each in doubtful) > MOST:
            found += await _look_again(doubtful, mend)
            doubtful = []
    found += await _look_again(doubtful, mend)
    return Differences(**{fault.value: found[fault] for fault in Fault})


async def _ranges(progress: Progress | None) -> AsyncIterator[tuple[int, int]]:
    """All ids: batches of posts, then wider and wider ranges of ids that the database has not come to."""
    done, last, width = 0, -1, BATCH
    async with connection() as sql:
        total = await sql.fetchval(ALL)
    while True:
        async with connection() as sql:
            row = await sql.fetchrow(LAST, last, BATCH)
        if row is None or row["last"] is None:
            break
        yield last + 1, row["last"]
        last, done = row["last"], done + row["n"]
        if progress is not None:
            progress(done, max(done, total))
    while last < HIGHEST:
        yield last + 1, min(last + width, HIGHEST)
        last, width = last + width, width * 2


async def _faults(first: int, last: int) -> dict[int, Fault]:
    stored = {post_id: each.stamp for post_id, each in (await documents(BETWEEN, first, last)).items()}
    held = await engine().stamps(first, last)
    wrong = dict.fromkeys(stored.keys() - held.keys(), Fault.MISSING)
    wrong |= dict.fromkeys(held.keys() - stored.keys(), Fault.SUPERFLUOUS)
    wrong |= {post_id: Fault.STALE for post_id in held.keys() & stored.keys() if held[post_id] != stored[post_id]}
    return wrong


async def _look_again(doubtful: Sequence[_Range], mend: bool) -> Counter[Fault]:
    found: Counter[Fault] = Counter()
    if doubtful:
        await asyncio.sleep(SETTLE_SECONDS)
    for first, last, before in doubtful:
        now = await _faults(first, last)
        wrong = {post_id: fault for post_id, fault in now.items() if before.get(post_id) is fault}
        found.update(wrong.values())
        if mend:
            await index_posts(wrong)
    return found
