"""What will be stored, before it is stored: the whole community as plain rows, made without a database."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from auth.actor import StaffRole, Status
from forum.groups.models import Visibility
from forum.members.models import Gender, Sector
from forum.moderation.models import ActKind
from forum.notifications.models import NoticeKind
from forum.threads.models import PostKind, PostState, ThreadKind

if TYPE_CHECKING:
    from forum.site.demo.curating import CurationPlan
    from forum.site.demo.judging import JusticePlan
    from forum.site.demo.launching import InitiativePlan
    from forum.site.demo.voting import PollPlan


@dataclass(slots=True, kw_only=True)
class MemberPlan:
    """``written`` people come from the hand-written files; the rest are made of name parts.

    ``trusted_at`` None: from the beginning, unless the member ``waits`` for a first look.
    """

    id: int
    username: str
    name: str
    country: str
    sector: Sector
    gender: Gender | None
    languages: tuple[str, ...]
    time_zone: str
    bio: str
    created_at: datetime
    email: str | None = None
    status: Status = Status.ACTIVE
    staff: StaffRole | None = None
    suspended_until: datetime | None = None
    suspension_reason: str | None = None
    subject: str | None = None
    written: bool = False
    waits: bool = False
    trusted_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class GroupPlan:
    """``members`` maps a member's id to the time of joining; ``source`` is where their places come from.

    ``founded`` is said of a group that is not there yet, with its ``title`` and ``purpose``. ``editors`` write its
    summaries; ``silenced`` says until when.
    """

    id: int
    slug: str
    theme: str
    language: str
    visibility: Visibility
    members: dict[int, datetime] = field(default_factory=dict)
    facilitators: set[int] = field(default_factory=set)
    last_post_id: int = 0
    source: str = "import:demo"
    title: str = ""
    purpose: str = ""
    founded: datetime | None = None
    editors: set[int] = field(default_factory=set)
    silenced: dict[int, datetime] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class RevisionPlan:
    """The first version of a post that ``edited_by`` changed."""

    body: str
    edited_by: int
    edited_at: datetime


@dataclass(slots=True, kw_only=True)
class PostPlan:
    """``answers`` is the position of the post it replies to, ``parent`` that post; ``number`` None: it waits.

    ``id`` follows the time over all threads. ``reactions`` maps a kind to the members who gave it. ``origin``: the
    hand-written file, and the number in it. ``revision``: it is a wiki post by now.
    """

    author_id: int
    at: datetime
    body: str
    html: str = ""
    text: str = ""
    answers: int | None = None
    id: int = 0
    number: int | None = None
    parent: "PostPlan | None" = None
    kind: PostKind = PostKind.PLAIN
    state: PostState = PostState.PUBLIC
    revision: RevisionPlan | None = None
    origin: tuple[str, int] | None = None
    mentioned: tuple[int, ...] = ()
    reactions: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ThreadPlan:
    """``key`` names the file of a hand-written thread; filler has none.

    ``moved``: the numbers of posts that went to another thread; all of them, if it was ``merged_into`` that one.
    """

    group: GroupPlan
    title: str
    kind: ThreadKind
    language: str
    posts: list[PostPlan]
    key: str | None = None
    accepted: int | None = None
    id: int = 0
    pinned_at: datetime | None = None
    pinned_until: datetime | None = None
    pinned_everywhere: bool = False
    locked_at: datetime | None = None
    lock_reason: str = ""
    tags: tuple[str, ...] = ()
    moved: dict[int, PostPlan] = field(default_factory=dict)
    merged_into: "ThreadPlan | None" = None

    @property
    def first(self) -> PostPlan:
        """What it began with, wherever that is by now."""
        return self.moved.get(1) or self.posts[0]

    @property
    def public(self) -> list[PostPlan]:
        return [post for post in self.posts if post.state is PostState.PUBLIC]

    @property
    def last(self) -> PostPlan | None:
        """The newest of its public posts."""
        return max(self.public, key=lambda post: post.at, default=None)

    @property
    def last_number(self) -> int:
        return max([0, *self.moved, *(post.number for post in self.posts if post.number)])

    def count(self) -> None:
        """Number its posts in their order, those that wait excepted, and find what each answers."""
        number = 0
        for post in self.posts:
            post.parent = self.posts[post.answers - 1] if post.answers else None
            if post.state is not PostState.PENDING:
                number += 1
                post.number = number


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """One row of ``notices``; ``thread_id`` and ``post_id`` where it is about a post."""

    member_id: int
    cause: str
    kind: NoticeKind
    actor_id: int | None
    group_id: int | None
    thread_id: int | None
    post_id: int | None
    read_at: datetime | None
    created_at: datetime
    initiative_id: int | None = None
    case_id: int | None = None
    act_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPlan:
    """One row of ``acts``, and its entry in the audit log; ``member_id`` is whom it concerns.

    ``actor_id`` None: the forum itself did it. ``after`` is for the audit log, ``undo`` takes it back.
    """

    kind: ActKind
    actor_id: int | None
    at: datetime
    reason: str = ""
    group_id: int | None = None
    other_group_id: int | None = None
    thread_id: int | None = None
    post_id: int | None = None
    member_id: int | None = None
    case_id: int | None = None
    after: dict[str, object] = field(default_factory=dict)
    undo: dict[str, object] | None = None


@dataclass(slots=True)
class Community:
    """``now`` is the moment at which the story ends."""

    now: datetime
    members: list[MemberPlan]
    groups: dict[str, GroupPlan]
    threads: list[ThreadPlan]
    posts: list[tuple[ThreadPlan, PostPlan]]
    initiatives: list["InitiativePlan"]
    polls: list["PollPlan"]
    justice: "JusticePlan"
    curation: "CurationPlan"

    def member(self, username: str) -> MemberPlan:
        return next(member for member in self.members if member.username == username)

    def ledger(self) -> Iterator[tuple[int, ActPlan]]:
        """All acts in the order of time, with their ids."""
        done = [*self.justice.acts, *self.curation.acts]
        return enumerate(sorted(done, key=lambda act: act.at), start=1)

    def thread(self, key: str) -> ThreadPlan:
        return next(thread for thread in self.threads if thread.key == key)
