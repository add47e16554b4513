"""The shapes of what is kept on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupBrief, Person
from forum.members.schemas import Language
from forum.threads.schemas import GroupRef, Title

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


class CollectedThread(msgspec.Struct, frozen=True):
    id: int
    title: str
    slug: str
    language: str
    post_count: int
    group: GroupRef
    author: Person


class CollectedPost(msgspec.Struct, frozen=True):
    """``excerpt`` is the beginning of its plain text."""

    id: int
    number: int
    excerpt: str


class CollectionItemDoc(msgspec.Struct, frozen=True):
    """``kind``: thread, post (with its thread) or link (``url`` and ``title``); ``html`` is the note, shown.

    ``missing``: not there any more, or not its reader's to see; only those who keep the collection are told.
    """

    id: int
    kind: str
    missing: bool
    url: str | None
    title: str | None
    note: str
    html: str
    thread: CollectedThread | None
    post: CollectedPost | None


class CollectionDoc(msgspec.Struct, frozen=True):
    """``body`` is the introduction; ``public``: everybody may read it, so that it has a feed."""

    id: int
    title: str
    slug: str
    language: str
    body: str
    html: str
    version: int
    group: GroupRef
    public: bool
    by: Person
    created_at: datetime
    edited_at: datetime
    items: list[CollectionItemDoc]


class CollectionLine(msgspec.Struct, frozen=True):
    id: int
    title: str
    slug: str
    language: str
    html: str
    by: Person
    edited_at: datetime


class CollectionList(msgspec.Struct, frozen=True):
    items: list[CollectionLine]
    next: str | None


class KeptCollection(msgspec.Struct, frozen=True):
    """A collection that its reader keeps, with the title of its group."""

    id: int
    title: str
    group: str


class KeptList(msgspec.Struct, frozen=True):
    items: list[KeptCollection]
    next: str | None


class CollectionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``body`` is the introduction, in Markdown; it may be empty."""

    title: Title
    body: Text = ""
    language: Language | None = None


class NewItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``address`` leads to a thread or a post here, or to a page elsewhere, whose ``title`` one may give."""

    address: Annotated[str, Meta(max_length=8000)]
    title: Title = ""
    note: Text = ""


class ItemNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: Text


class ItemPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Counted from 1."""

    position: Annotated[int, Meta(ge=1, le=1000)]


class AnswerLine(msgspec.Struct, frozen=True):
    """A question and the beginning of its accepted answer."""

    thread_id: int
    title: str
    slug: str
    language: str
    post_id: int
    number: int
    excerpt: str
    by: Person
    at: datetime


class AnswerList(msgspec.Struct, frozen=True):
    items: list[AnswerLine]
    next: str | None


class AnswersWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class BestThread(msgspec.Struct, frozen=True):
    """What the score of a thread is made of, in one period.

    Two for each person who reacted (``thanks``) and each who wrote (``authors``), one for each who bookmarked where
    three did (``keeps``), five for an accepted answer (``solved``) and for a summary (``summed``).
    """

    id: int
    title: str
    slug: str
    language: str
    group: GroupBrief
    author: Person
    score: int
    authors: int
    thanks: int
    keeps: int
    solved: bool
    summed: bool


class BestList(msgspec.Struct, frozen=True):
    """``period`` is a month or a year."""

    period: str
    items: list[BestThread]
    next: str | None


class BestWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``period``: a month like 2026-11, or a year; the current month, where it is not named."""

    period: Annotated[str, Meta(max_length=20)] = ""


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason = ""


class PinWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without ``until`` it stays pinned; ``everywhere`` is for the site's staff."""

    until: datetime | None = None
    everywhere: bool = False
    reason: Reason = ""


class LockWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason stands below the thread."""

    reason: Reason
    until: datetime | None = None


class MoveWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``widening``: it is meant that other people read it; its authors are told."""

    group: Annotated[str, Meta(max_length=60)]
    widening: bool = False
    reason: Reason = ""


class MergeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``into`` is the id of a thread; ``widening`` as with moving."""

    into: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    widening: bool = False
    reason: Reason = ""


class SplitWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``posts`` are ids."""

    posts: Annotated[list[Annotated[int, Meta(ge=1, le=2**63 - 1)]], Meta(max_length=1000)]
    title: Annotated[str, Meta(max_length=2000)]
    reason: Reason = ""


class DuplicateWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    reason: Reason = ""
