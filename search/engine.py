"""The contract of a search engine, whichever one stands behind it.

A hit is a pointer, never a permission: callers read every hit again through the visibility door. The same holds for
corrections: the index knows words of posts that this reader may not see.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from search.documents import Document
from search.query import ParsedQuery

MAX_LIMIT = 1_000


class SearchError(Exception):
    """The root of what search refuses."""


class SearchUnavailable(SearchError):  # noqa: N818  a state, not a mistake
    """The engine cannot answer now: missing, broken, of another version, or busy for too long."""


class QueryError(SearchError):
    """The caller asked for something outside the contract; what a reader typed is never the cause."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search, narrowed to the groups that the actor may read.

    The slugs in `parsed.groups` play no part here: the caller has turned them into `group_ids`.
    `older` and `newer` are positions (`Document.position`) that hits lie before and after.
    `unfinished`: the last word is still being typed, so words that begin with it count as well.
    `verbatim`: nothing is corrected.
    Raises QueryError when `limit` is outside 1–1,000.
    """

    parsed: ParsedQuery
    group_ids: tuple[int, ...]
    thread_id: int | None = None
    limit: int = 20
    older: int | None = None
    newer: int | None = None
    unfinished: bool = False
    verbatim: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise QueryError(f"limit must be between 1 and {MAX_LIMIT}, not {self.limit}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A post; `score` compares within one answer only (0 when sorted by date)."""

    post_id: int
    thread_id: int
    group_id: int
    number: int
    score: float
    position: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of the query that is rare or unknown, and the one that was probably meant.

    `searched`: hits for `meant` are among the answer's, since `typed` alone finds nothing.
    """

    typed: str
    meant: str
    searched: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """By rank: one hit a thread, its best post. By date, and within one thread: every post for itself."""

    hits: tuple[Hit, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the engine can answer; `reason` says in words why not, and how to mend it.

    `rebuild`: only a rebuild helps, and it may be begun without asking anybody.
    """

    ready: bool
    documents: int
    reason: str = ""
    rebuild: bool = False


class Builder(Protocol):
    """A new index being filled while the old one serves."""

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents, each post once."""


class SearchEngine(Protocol):
    """Every method may raise SearchUnavailable, except `status` and `aclose`."""

    async def index(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same post ids; searchable on return."""

    async def delete(self, post_ids: Iterable[int]) -> None:
        """Forget posts; unknown ids are no error."""

    async def search(self, query: Query) -> Answer:
        """What answers a query best; nothing outside `query.group_ids`."""

    async def count(self) -> int:
        """How many documents are indexed."""

    async def stamps(self, first: int, last: int) -> Mapping[int, int]:
        """The stamps (`Document.stamp`) of the documents with ids from `first` to `last`, both included."""

    def rebuild(self) -> AbstractAsyncContextManager[Builder]:
        """Fill a new index and swap it in when the block ends well; left alone when it fails.

        Changes that reach `index` and `delete` meanwhile go to the old index: note the fact
        cursor before, replay from it after.
        """

    async def status(self) -> Status:
        """Whether the engine is ready, without raising."""

    async def aclose(self) -> None:
        """Let go of connections; nothing is asked after it."""
