"""The contract of a search engine, whichever one stands behind it.

A hit is a pointer, never a permission: callers read every hit again through the visibility door.
"""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from search.documents import Document
from search.query import Sort

MAX_LIMIT = 100


class SearchError(Exception):
    """The root of what search refuses."""


class SearchUnavailable(SearchError):  # noqa: N818  a state, not a mistake
    """The engine cannot answer now: missing, broken, of another version, or busy for too long."""


class QueryError(SearchError):
    """The caller asked for something outside the contract; what a reader typed is never the cause."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search: `text` in the query language, narrowed to the groups that the actor may read.

    `language`, `author` and `sort` come from the page's own controls; filters also written in the
    text must hold as well, and a `sort:` in the text gives way to `sort` here.
    Raises QueryError when `limit` is outside 1–100.
    """

    text: str
    group_ids: tuple[int, ...]
    language: str | None = None
    author: str | None = None
    limit: int = 20
    sort: Sort | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise QueryError(f"limit must be between 1 and {MAX_LIMIT}, not {self.limit}")


@dataclass(frozen=True, slots=True)
class Hit:
    """The best post of one thread; `score` compares within one answer only (0 when sorted by date)."""

    post_id: int
    thread_id: int
    group_id: int
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the engine can answer; `reason` says in words why not, and how to mend it."""

    ready: bool
    documents: int
    reason: str = ""


class Builder(Protocol):
    """A new index being filled while the old one serves."""

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents, each post once."""


class SearchEngine(Protocol):
    """Every method may raise SearchUnavailable, except `status`."""

    async def index(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same post ids; searchable on return."""

    async def delete(self, post_ids: Iterable[int]) -> None:
        """Forget posts; unknown ids are no error."""

    async def delete_threads(self, thread_ids: Iterable[int]) -> None:
        """Forget all posts of threads; unknown ids are no error."""

    async def search(self, query: Query) -> list[Hit]:
        """The best threads, one hit each; nothing outside `query.group_ids`."""

    async def count(self) -> int:
        """How many documents are indexed."""

    def rebuild(self) -> AbstractAsyncContextManager[Builder]:
        """Fill a new index and swap it in when the block ends well; left alone when it fails.

        Changes that reach `index` and `delete` meanwhile go to the old index: note the fact
        cursor before, replay from it after.
        """

    async def status(self) -> Status:
        """Whether the engine is ready, without raising."""
