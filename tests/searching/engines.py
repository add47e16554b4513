"""An engine in memory, that can be away or out of step."""
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Self

from forum.searching.indexing import every_document
from search.documents import Document
from search.engine import Answer, Query, SearchUnavailable, Status


class MemoryEngine:
    """``held``: what it holds, by id. ``away``: how many more times it is away. ``asked``: writes and looks so far.

    ``ill``: a post that it cannot index.
    """

    def __init__(self) -> None:
        self.held: dict[int, Document] = {}
        self.away = self.asked = 0
        self.missing, self.ill = False, 0

    async def fill(self) -> Self:
        """Hold exactly what the database holds."""
        self.held = {}
        async for some in every_document():
            await self.add(some)
        return self

    def _here(self) -> None:
        self.asked += 1
        if self.away > 0 or self.missing:
            self.away -= 1
            raise SearchUnavailable("the engine is away")

    async def add(self, documents: Iterable[Document]) -> None:
        self.held |= {each.post_id: each for each in documents}

    async def index(self, documents: Iterable[Document]) -> None:
        self._here()
        documents = list(documents)
        if self.ill in {each.post_id for each in documents}:
            raise ValueError("it chokes on this post")
        await self.add(documents)

    async def delete(self, post_ids: Iterable[int]) -> None:
        self._here()
        for post_id in post_ids:
            self.held.pop(post_id, None)

    async def search(self, query: Query) -> Answer:
        raise SearchUnavailable("it has no words")

    async def count(self) -> int:
        self._here()
        return len(self.held)

    async def stamps(self, first: int, last: int) -> Mapping[int, int]:
        self._here()
        return {post_id: each.stamp for post_id, each in self.held.items() if first <= post_id <= last}

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator["MemoryEngine"]:
        made = MemoryEngine()
        yield made
        self.held, self.missing = made.held, False

    async def status(self) -> Status:
        if self.missing:
            return Status(ready=False, documents=0, reason="it is missing", rebuild=True)
        return Status(ready=self.away <= 0, documents=len(self.held))

    async def aclose(self) -> None:
        pass
