"""The shapes of search on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupBrief, Person


class SearchWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``q`` in the query language; ``group`` is a slug."""

    q: Annotated[str, Meta(max_length=4096)] = ""
    group: Annotated[str, Meta(max_length=60)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class ThreadRef(msgspec.Struct, frozen=True):
    id: int
    title: str
    slug: str
    group: GroupBrief


class PostRef(msgspec.Struct, frozen=True):
    id: int
    number: int
    author: Person
    created_at: datetime


class SearchHit(msgspec.Struct, frozen=True):
    """``snippet`` is plain text; ``marks`` are the [start, end) of the words that were found in it."""

    thread: ThreadRef
    post: PostRef
    snippet: str
    marks: list[tuple[int, int]]


class SearchResults(msgspec.Struct, frozen=True):
    """``degraded`` says that the engine is away and only titles were searched."""

    hits: list[SearchHit]
    next: str | None = None
    degraded: bool = False
