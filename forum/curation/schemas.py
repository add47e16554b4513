"""The shapes of what is kept on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import Person

Text = Annotated[str, Meta(max_length=200_000)]
Reason = Annotated[str, Meta(max_length=8000)]


class SummaryDoc(msgspec.Struct, frozen=True):
    """What a thread came to as far as post ``through``; ``newer`` posts came after, from ``first_newer`` on."""

    body: str
    html: str
    through: int
    version: int
    at: datetime
    by: Person
    newer: int
    first_newer: int | None


class SummaryRevision(msgspec.Struct, frozen=True):
    version: int
    body: str
    through: int
    at: datetime
    by: Person


class SummaryRevisions(msgspec.Struct, frozen=True):
    items: list[SummaryRevision]
    next: str | None


class SummaryText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``through``: the last post that it covers; the newest one, where it is not named."""

    body: Text
    through: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class WikiWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``reason`` is what its author is told."""

    reason: Reason = ""


class TagDoc(msgspec.Struct, frozen=True):
    """A tag, and how many threads of the group have it."""

    tag: str
    count: int


class TagList(msgspec.Struct, frozen=True):
    items: list[TagDoc]
    next: str | None


class TaggedWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``group`` is the slug of the one to look in; all that may be read, where it is not named."""

    group: Annotated[str, Meta(max_length=60)] = ""
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25
