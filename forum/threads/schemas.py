"""The shapes of threads and posts on the wire."""
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupBrief, Person
from forum.members.schemas import Language
from forum.threads.models import FollowLevel, PostKind, PostState, ReactionKind, ThreadKind

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Title = Annotated[str, Meta(max_length=2000)]
Body = Annotated[str, Meta(max_length=200_000)]


class Parent(msgspec.Struct, frozen=True):
    """The post that a post answers."""

    number: int | None
    author: Person | None


class MovedTo(msgspec.Struct, frozen=True):
    """Where a post that was here is now."""

    thread_id: int
    title: str
    number: int | None


class PostDoc(msgspec.Struct, frozen=True):
    """A post that is no longer public is a tombstone: its number and state, nothing else.

    Of a number whose post went to another thread (``moved``), ``moved_to`` says where, to those who may read there.
    ``wiki``: whoever may edit wiki posts here may change it. ``poll_id`` is the poll that a post of kind poll
    introduces.
    """

    id: int
    number: int | None
    state: PostState
    kind: PostKind | None
    poll_id: int | None
    author: Person | None
    html: str | None
    body: str | None
    version: int
    created_at: datetime
    edited_at: datetime | None
    in_reply_to: Parent | None
    reactions: dict[str, int]
    mine: list[str]
    bookmarked: bool
    wiki: bool = False
    moved_to: MovedTo | None = None


class PostList(msgspec.Struct, frozen=True):
    items: list[PostDoc]
    next: str | None


class ReplyDraft(msgspec.Struct, frozen=True):
    """A reply that its reader has not sent; the post that it answers only while that one is public."""

    id: int
    body: str
    version: int
    updated_at: datetime
    in_reply_to: int | None
    in_reply_to_number: int | None


class ThreadOutcome(msgspec.Struct, frozen=True):
    """What a poll of the thread came to; its post is public."""

    poll_id: int
    post_id: int
    number: int
    question: str
    html: str
    at: datetime
    review_on: date | None


class ThreadInitiative(msgspec.Struct, frozen=True):
    """The launched initiative whose discussion a thread is; ``mine``: the reader leads it, and it has not ended."""

    id: int
    title: str
    slug: str
    stage: str
    cosponsor_count: int
    goal: int
    mine: bool


class ThreadSummary(msgspec.Struct, frozen=True):
    """What the thread came to as far as post ``through``; ``newer`` posts came after, from ``first_newer`` on."""

    html: str
    through: int
    version: int
    at: datetime
    newer: int
    first_newer: int | None


class WaitingPost(msgspec.Struct, frozen=True):
    """A post of the reader's own that waits to be looked at."""

    id: int
    html: str
    created_at: datetime


class ThreadRef(msgspec.Struct, frozen=True):
    id: int
    title: str
    slug: str


class GroupRef(msgspec.Struct, frozen=True):
    slug: str
    title: str


class ThreadHead(msgspec.Struct, frozen=True):
    """``last_read``, ``follow`` and ``draft``, the newest one here, are the reader's.

    Ids of group and author serve policies and caches.
    """

    id: int
    title: str
    slug: str
    kind: ThreadKind
    language: str
    group: GroupBrief
    group_id: int
    author: Person
    author_id: int
    created_at: datetime
    post_count: int
    last_number: int
    locked: bool
    pinned: bool
    generated: bool
    accepted_number: int | None
    version: int
    last_read: int
    follow: FollowLevel | None
    draft: ReplyDraft | None
    outcomes: list[ThreadOutcome]
    locked_until: datetime | None
    lock_reason: str
    tags: list[str]
    duplicate_of: ThreadRef | None
    listed_in: list[GroupRef]
    summary: ThreadSummary | None
    waiting: list[WaitingPost]


class ThreadPage(ThreadHead, frozen=True):
    initiative: ThreadInitiative | None
    posts: PostList


class ThreadLine(msgspec.Struct, frozen=True):
    """One line of a list of threads."""

    id: int
    title: str
    slug: str
    kind: ThreadKind
    language: str
    group: GroupBrief
    author: Person
    post_count: int
    last_number: int
    last_post_at: datetime | None
    last_author: Person | None
    locked: bool
    tags: tuple[str, ...]
    pinned: bool
    answered: bool
    generated: bool
    last_read: int
    unread: bool


class ThreadList(msgspec.Struct, frozen=True):
    items: list[ThreadLine]
    next: str | None


class SinglePost(PostDoc, frozen=True, kw_only=True):
    """A post on its own, with where it stands."""

    thread_id: int
    thread_title: str
    thread_slug: str


class RevisionDoc(msgspec.Struct, frozen=True):
    version: int
    body: str
    by: Person
    at: datetime


class RevisionList(msgspec.Struct, frozen=True):
    items: list[RevisionDoc]
    next: str | None


class NewThread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Title
    body: Body
    language: Language | None = None
    kind: ThreadKind = ThreadKind.DISCUSSION


class NewReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``in_reply_to`` is the id of a post of the same thread."""

    body: Body
    in_reply_to: Id | None = None


class PostEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: Body


class ThreadEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``tags``: all that it shall have, up to 8 of 2 to 30 characters; what is null stays as it is."""

    title: Title
    language: Language | None = None
    kind: ThreadKind | None = None
    tags: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=50)] | None = None


class AcceptedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    post_id: Id


class FollowWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    level: FollowLevel


class Preview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: Body


class Previewed(msgspec.Struct, frozen=True):
    html: str


class PostsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    # A page's end must be a number that PostgreSQL can count to.
    after: Annotated[int, Meta(ge=0, le=2**31 - 1 - 100)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class ThreadsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class DraftText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of ``group`` (a new thread) and ``thread`` (a reply) says where it will go."""

    group: Annotated[str, Meta(max_length=60)] | None = None
    thread: Id | None = None
    in_reply_to: Id | None = None
    title: Annotated[str, Meta(max_length=2000)] = ""
    body: Body = ""
    kind: ThreadKind = ThreadKind.DISCUSSION
    language: Language | None = None


class DraftDoc(msgspec.Struct, frozen=True):
    id: int
    group: GroupBrief | None
    thread_id: int | None
    thread_title: str | None
    thread_slug: str | None
    in_reply_to: int | None
    title: str
    body: str
    kind: ThreadKind
    language: str
    version: int
    updated_at: datetime


class DraftList(msgspec.Struct, frozen=True):
    items: list[DraftDoc]
    next: str | None


class BookmarkDoc(msgspec.Struct, frozen=True):
    """``excerpt`` is the beginning of the post's plain text."""

    post_id: int
    number: int
    excerpt: str
    author: Person
    thread_id: int
    thread_title: str
    thread_slug: str
    group: GroupBrief
    created_at: datetime


class BookmarkList(msgspec.Struct, frozen=True):
    items: list[BookmarkDoc]
    next: str | None


REACTIONS = tuple(kind.value for kind in ReactionKind)
