"""A fuse around any engine: a search waits for it once, then for a while nobody does."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager

from search.documents import Document
from search.engine import Answer, Builder, Query, SearchEngine, SearchUnavailable, Status

PATIENCE = 1.5  # seconds for one search
REST = 5.0  # seconds for which an engine that failed is left alone


class Breaker:
    """A SearchEngine whose `search` answers or raises SearchUnavailable within `patience` seconds.

    A search that takes too long while others are answered is given up by itself: nobody's heavy query takes the
    search away from all. After a failure the next searches fail at once for `rest` seconds; then one of them tries,
    while the others still fail at once. Everything else goes straight through: jobs have their own patience.
    """

    def __init__(
        self,
        inner: SearchEngine,
        *,
        patience: float = PATIENCE,
        rest: float = REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner, self._patience, self._rest, self._clock = inner, patience, rest, clock
        self._failure = ""
        self._alone_until = 0.0
        self._answers = 0

    async def search(self, query: Query) -> Answer:
        """What answers a query best; nothing outside `query.group_ids`."""
        if self._failure:
            if self._clock() < self._alone_until:
                raise SearchUnavailable(self._failure)
            # This one tries; who comes meanwhile is told at once.
            self._leave_alone(self._failure)
        answers = self._answers
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._inner.search(query)
        except TimeoutError as error:
            silent = f"the search engine did not answer within {self._patience} s"
            if self._answers == answers:
                self._leave_alone(silent)
            raise SearchUnavailable(silent) from error
        except SearchUnavailable as error:
            self._leave_alone(str(error))
            raise
        self._failure = ""
        self._answers += 1
        return answer

    async def index(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same post ids; searchable on return."""
        await self._inner.index(documents)

    async def delete(self, post_ids: Iterable[int]) -> None:
        """Forget posts; unknown ids are no error."""
        await self._inner.delete(post_ids)

    async def count(self) -> int:
        """How many documents are indexed."""
        return await self._inner.count()

    async def stamps(self, first: int, last: int) -> Mapping[int, int]:
        """The stamps of the documents with ids from `first` to `last`, both included."""
        return await self._inner.stamps(first, last)

    def rebuild(self) -> AbstractAsyncContextManager[Builder]:
        """Fill a new index and swap it in when the block ends well; left alone when it fails."""
        return self._inner.rebuild()

    async def status(self) -> Status:
        """Whether the engine is ready, without raising."""
        return await self._inner.status()

    async def aclose(self) -> None:
        """Let go of connections; nothing is asked after it."""
        await self._inner.aclose()

    def _leave_alone(self, why: str) -> None:
        self._failure, self._alone_until = why or "the search engine is away", self._clock() + self._rest
