"""What will be stored, before it is stored: the whole community as plain rows, made without a database."""
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from auth.actor import StaffRole, Status
from forum.groups.models import Visibility
from forum.members.models import Gender, Sector
from forum.notifications.models import NoticeKind
from forum.threads.models import PostKind, ThreadKind

if TYPE_CHECKING:
    from forum.site.demo.launching import InitiativePlan
    from forum.site.demo.voting import PollPlan


@dataclass(slots=True, kw_only=True)
class MemberPlan:
    """``written`` people come from the hand-written files; the rest are made of name parts."""

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


@dataclass(slots=True, kw_only=True)
class GroupPlan:
    """``members`` maps a member's id to the time of joining; ``source`` is where their places come from.

    ``founded`` is said of a group that is not there yet, with its ``title`` and ``purpose``.
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


@dataclass(slots=True, kw_only=True)
class PostPlan:
    """``answers`` is the number of the post it replies to; ``id`` follows the time over all threads.

    ``reactions`` maps a kind to the members who gave it. ``origin``: the hand-written file, and the number in it.
    """

    author_id: int
    at: datetime
    body: str
    html: str = ""
    text: str = ""
    answers: int | None = None
    id: int = 0
    kind: PostKind = PostKind.PLAIN
    origin: tuple[str, int] | None = None
    mentioned: tuple[int, ...] = ()
    reactions: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ThreadPlan:
    """``key`` names the file of a hand-written thread; filler has none."""

    group: GroupPlan
    title: str
    kind: ThreadKind
    language: str
    posts: list[PostPlan]
    key: str | None = None
    pinned: bool = False
    accepted: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """One row of ``notices``; ``thread_id`` and ``post_id`` where it is about a post."""

    member_id: int
    cause: str
    kind: NoticeKind
    actor_id: int | None
    group_id: int
    thread_id: int | None
    post_id: int | None
    read_at: datetime | None
    created_at: datetime
    initiative_id: int | None = None
    note: str = ""


@dataclass(slots=True)
class Community:
    """``now`` is the moment at which the story ends."""

    now: datetime
    members: list[MemberPlan]
    groups: dict[str, GroupPlan]
    threads: list[ThreadPlan]
    posts: list[tuple[ThreadPlan, int, PostPlan]]
    initiatives: list["InitiativePlan"]
    polls: list["PollPlan"]

    def member(self, username: str) -> MemberPlan:
        return next(member for member in self.members if member.username == username)

    def thread(self, key: str) -> ThreadPlan:
        return next(thread for thread in self.threads if thread.key == key)
