"""The engine's hits from a cursor on, a window at a time.

By rank a page begins after the last hit of the page before it, wherever that stands now; if it is gone, at the number
it had. By date it begins below a position, to the end of everything.
"""

from collections.abc import Sequence
from dataclasses import replace

from forum.kit.errors import Invalid
from forum.searching.engine import engine
from search.engine import MAX_LIMIT, Correction, Hit, Query


class Walk:
    """``counting`` asks at once for all that can be counted. Whatever asks the engine may raise SearchUnavailable."""

    def __init__(self, query: Query, after: str | None = None, *, counting: bool = False) -> None:
        self._query, self._counting = query, counting
        self._by_date = query.parsed.newest_first
        self._hits: tuple[Hit, ...] = ()
        self._begun = self._ended = False
        self._at = self._key = 0
        self._older: int | None = None
        self.corrections: Sequence[Correction] = ()
        if after is not None:
            self._begin_after(after)

    def _begin_after(self, cursor: str) -> None:
        rank, dash, key = cursor.partition("-")
        if bool(dash) == self._by_date:
            raise Invalid({"after": "not_valid"})
        if self._by_date:
            self._older = int(rank)
        else:
            self._at, self._key = min(int(rank), MAX_LIMIT), int(key)

    async def window(self, size: int) -> Sequence[Hit]:
        """The next hits, ``size`` at most; fewer at the end."""
        while len(self._hits) - self._at < size and not self._ended:
            await self._ask(size)
        found = self._hits[self._at : self._at + size]
        self._at += len(found)
        return found

    async def to_count(self) -> Sequence[Hit]:
        """The first 1,000 hits at most, from the very first one on."""
        if self._older is None and self._begun:
            return self._hits[:MAX_LIMIT]
        return (await engine().search(replace(self._query, limit=MAX_LIMIT))).hits

    def cursor(self, post_id: int) -> str:
        """Where the page after this hit begins."""
        rank = next(n for n, hit in enumerate(self._hits, start=1) if hit.post_id == post_id)
        hit = self._hits[rank - 1]
        return str(hit.position) if self._by_date else f"{rank}-{self._key_of(hit)}"

    def _key_of(self, hit: Hit) -> int:
        return hit.thread_id if self._query.thread_id is None else hit.post_id

    async def _ask(self, size: int) -> None:
        if self._by_date:
            older = self._hits[-1].position if self._hits else self._older
            limit = MAX_LIMIT if self._counting and older is None else min(size, MAX_LIMIT)
            answer = await engine().search(replace(self._query, older=older, limit=limit))
            self._hits += answer.hits
            self._ended = len(answer.hits) < limit
        else:
            limit = MAX_LIMIT if self._counting else min(max(self._at + size, 4 * len(self._hits)), MAX_LIMIT)
            answer = await engine().search(replace(self._query, limit=limit))
            self._hits = answer.hits
            self._ended = len(answer.hits) < limit or limit == MAX_LIMIT
        if not self._begun:
            self._begun, self.corrections = True, answer.corrections
            keys = [self._key_of(hit) for hit in self._hits]
            self._at = keys.index(self._key) + 1 if self._key in keys else self._at
