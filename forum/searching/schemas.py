"""The shapes of search on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupBrief, Person
from forum.threads.models import ThreadKind

# By rank: how many hits came before, and the last of them; by date: a position (``search.documents``).
Cursor = Annotated[str, Meta(pattern=r"^[0-9]{1,16}(-[0-9]{1,19})?$(?!\n)", max_length=36)]


class SearchWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``q`` in the query language; ``group`` is a slug, ``thread`` an id: search in there only.

    ``facets`` counts what was found; ``verbatim`` corrects no spelling.
    """

    q: Annotated[str, Meta(max_length=4096)] = ""
    group: Annotated[str, Meta(max_length=60)] | None = None
    thread: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    after: Cursor | None = None
    facets: bool = False
    verbatim: bool = False


class ThreadRef(msgspec.Struct, frozen=True):
    id: int
    title: str
    slug: str
    kind: ThreadKind
    language: str
    group: GroupBrief


class PostRef(msgspec.Struct, frozen=True):
    id: int
    number: int
    author: Person
    created_at: datetime


class SearchHit(msgspec.Struct, frozen=True):
    """``snippet`` is plain text; ``marks`` are the [start, end) of found words in it, ``title_marks`` in the title."""

    thread: ThreadRef
    post: PostRef
    snippet: str
    marks: list[tuple[int, int]]
    title_marks: list[tuple[int, int]]


class Understood(msgspec.Struct, frozen=True):
    """A filter as it was read in ``q``; ``rest`` is ``q`` without it."""

    name: str
    value: str
    rest: str


class Respelling(msgspec.Struct, frozen=True):
    """``searched``: the hits are those of ``meant``, for ``typed`` alone finds nothing; ``q`` is the query with it."""

    typed: str
    meant: str
    searched: bool
    q: str


class FacetValue(msgspec.Struct, frozen=True):
    """``q`` is the query narrowed to this value."""

    value: str
    label: str
    count: int
    q: str


class Facets(msgspec.Struct, frozen=True):
    """Of the first 1,000 hits, the most frequent values first."""

    group: list[FacetValue]
    language: list[FacetValue]
    kind: list[FacetValue]
    year: list[FacetValue]
    author: list[FacetValue]


class Total(msgspec.Struct, frozen=True):
    """``more``: there are others, beyond the first 1,000 that are counted."""

    count: int
    more: bool


class SearchResults(msgspec.Struct, frozen=True):
    """By rank, each thread by its best post; by date (``sort:new``) and within a thread, each post for itself.

    ``degraded`` says that the engine is away and only titles were searched; ``total`` and ``facets`` are there where
    they were asked for.
    """

    items: list[SearchHit]
    next: str | None = None
    degraded: bool = False
    filters: list[Understood] = []
    corrections: list[Respelling] = []
    total: Total | None = None
    facets: Facets | None = None


class TrendingWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``days``: how far back."""

    days: Annotated[int, Meta(ge=1, le=90)] = 7


class TrendingSearch(msgspec.Struct, frozen=True):
    """``people``: how many different ones at least."""

    query: str
    people: int


class Trending(msgspec.Struct, frozen=True):
    """``not_found``: what was looked for in vain."""

    days: int
    found: list[TrendingSearch]
    not_found: list[TrendingSearch]


class SearchToSave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``q`` in the query language; without a ``name`` it is called as it is asked."""

    q: Annotated[str, Meta(max_length=4096)]
    name: Annotated[str, Meta(max_length=80)] = ""


class SearchName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]


class SeenThrough(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A saved search's ``through``, as it was told."""

    through: Annotated[int, Meta(ge=0, lt=2**53)]


class SavedSearchDoc(msgspec.Struct, frozen=True):
    """A search that its owner keeps.

    ``new`` counts the posts that its owner has not seen and did not write, and stops at 100; it is null while that
    is not known. ``through`` is what to say once they are seen. ``feed`` is told to its owner in person only, since
    whoever has it reads as they do; the answer to saving leaves it out.
    """

    id: int
    name: str
    q: str
    new: int | None
    through: int
    feed: str | None
    created_at: datetime


class SavedSearches(msgspec.Struct, frozen=True):
    items: list[SavedSearchDoc]


class SuggestionsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``q``: what was typed so far; ``group``, a slug: threads of this group only."""

    q: Annotated[str, Meta(max_length=200)] = ""
    group: Annotated[str, Meta(max_length=60)] | None = None


class SuggestedThread(msgspec.Struct, frozen=True):
    """``group`` is its title."""

    id: int
    title: str
    slug: str
    group: str


class Suggestions(msgspec.Struct, frozen=True):
    threads: list[SuggestedThread]
    groups: list[GroupBrief]
    people: list[Person]


class LikenessWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``title`` of a thread that is being written; ``group`` is a slug: look in there only."""

    title: Annotated[str, Meta(max_length=200)] = ""
    group: Annotated[str, Meta(max_length=60)] | None = None


class SimilarThread(msgspec.Struct, frozen=True):
    """``initiative``: the id of the one whose discussion it is."""

    id: int
    title: str
    slug: str
    language: str
    kind: ThreadKind
    answered: bool
    post_count: int
    initiative: int | None
    group: GroupBrief


class SimilarThreads(msgspec.Struct, frozen=True):
    items: list[SimilarThread]
