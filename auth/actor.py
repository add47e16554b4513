"""Who is acting: loaded once per request in one statement, then plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"


class StaffRole(StrEnum):
    MODERATOR = "moderator"
    ADMIN = "admin"


class GroupRole(StrEnum):
    """A reader's place opens the group, and lets nothing be written there: what a course may leave behind."""

    READER = "reader"
    MEMBER = "member"
    FACILITATOR = "facilitator"


class Scope(StrEnum):
    """What an API token may be used for; a session has all of them.

    Without STAFF a token of the site's staff is one of an ordinary member; one for some groups only never has it.
    """

    READ = "read"
    POST = "post"
    STAFF = "staff"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Silence:
    """Why somebody may not write anywhere for now; without an end where ``until`` is the end of time."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A group that site staff opened for a while, with a reason (break-glass)."""

    slug: str
    title: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The person (or visitor) behind a request.

    ``listed`` are the ids of the groups whose existence this actor may know, ``readable`` those whose content
    they may read: every read is narrowed by one of the two. ``roles`` are their places in groups.
    ``banned`` from, or suspended in, these groups: to them they are a visitor. ``silenced`` everywhere, ``silenced_in``
    some groups: they read and write nothing; ``silence`` says why.
    ``opened``: groups, by id, that they opened by breaking glass.
    ``edits_in``: groups whose facilitators named them to write summaries and wiki posts. ``trusted``:
    what they post appears at once.
    ``fresh``: they proved who they are a short while ago (or act by a token with the scope for staff).
    ``restricted``: a token that opens some groups only; nothing outside them is listed, readable or a role.
    ``viewer_id``: the administrator who sees the site as this member does, to read only.
    """

    member_id: int | None = None
    username: str = ""
    display_name: str = ""
    status: Status | None = None
    staff: StaffRole | None = None
    silenced: bool = False
    silenced_in: frozenset[int] = frozenset()
    silence: Silence | None = None
    trusted: bool = False
    roles: Mapping[int, GroupRole] = field(default_factory=dict)
    banned: frozenset[int] = frozenset()
    opened: Mapping[int, Opened] = field(default_factory=dict)
    edits_in: frozenset[int] = frozenset()
    listed: tuple[int, ...] = ()
    readable: tuple[int, ...] = ()
    language: str = "en"
    time_zone: str = "UTC"
    scopes: frozenset[Scope] = ALL_SCOPES
    session_id: int | None = None
    fresh: bool = False
    restricted: bool = False
    viewer_id: int | None = None
    unread_notices: int = 0

    @property
    def is_anonymous(self) -> bool:
        return self.member_id is None

    @property
    def own_id(self) -> int | None:
        """Whose private things are theirs to see: nobody's, while an administrator sees the site as somebody else."""
        return self.member_id if self.viewer_id is None else None

    @property
    def by_token(self) -> bool:
        """A program with an API token, not the person in their browser."""
        return self.member_id is not None and self.session_id is None

    @property
    def is_active(self) -> bool:
        return self.member_id is not None and self.status is Status.ACTIVE

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.staff is not None

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.staff is StaffRole.ADMIN

    @property
    def looks_after_any(self) -> bool:
        """Whether there is a group whose queue they may work."""
        return self.is_staff or GroupRole.FACILITATOR in self.roles.values()

    def belongs_to(self, group_id: int) -> bool:
        """Whether they take part in it: a reader's place is none of that kind."""
        return self.roles.get(group_id) in (GroupRole.MEMBER, GroupRole.FACILITATOR)

    def only_reads(self, group_id: int) -> bool:
        return self.roles.get(group_id) is GroupRole.READER

    def facilitates(self, group_id: int) -> bool:
        return self.roles.get(group_id) is GroupRole.FACILITATOR


VISITOR = Actor()
