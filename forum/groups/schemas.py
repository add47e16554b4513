"""The shapes of groups on the wire."""
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from auth.actor import GroupRole
from forum.groups.models import JoinPolicy, RequestState, Visibility

Reason = Annotated[str, Meta(max_length=2000)]
Username = Annotated[str, Meta(min_length=2, max_length=40)]


class Place(msgspec.Struct, frozen=True):
    """The reader's own place in a group."""

    role: GroupRole
    since: datetime


class GroupBrief(msgspec.Struct, frozen=True):
    slug: str
    title: str
    visibility: Visibility
    policy: JoinPolicy


class GroupCard(msgspec.Struct, frozen=True):
    """Counts are null where the reader may not read the content; ``id`` serves policies and caches."""

    id: int
    slug: str
    title: str
    theme: str
    purpose: str
    language: str
    visibility: Visibility
    policy: JoinPolicy
    member_count: int | None
    thread_count: int | None
    last_post_at: datetime | None
    membership: Place | None
    requested: bool
    unread: int


class GroupList(msgspec.Struct, frozen=True):
    items: list[GroupCard]
    next: str | None


class Person(msgspec.Struct, frozen=True):
    username: str
    name: str


class InitiativeTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an initiative launched here needs: 1 to 10,000 co-sponsors within 7 to 730 days.

    ``anyone_may_cosponsor``: whoever may read the group, not only its members (never in closed and hidden groups).
    """

    cosponsor_goal: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    gathering_days: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    anyone_may_cosponsor: bool


class GroupPage(GroupCard, frozen=True):
    """``cosponsor_goal`` and the two after it are what an initiative launched here needs: ``InitiativeTerms``.

    ``open_cases`` wait for a look, for those who look after the group; to others it is 0.
    """

    rules: str
    members_may_invite: bool
    has_facilitator: bool
    facilitators: list[Person]
    cosponsor_goal: int
    gathering_days: int
    anyone_may_cosponsor: bool
    follow: str | None
    open_cases: int


class MembershipWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``reason`` is read by the facilitators of a group that asks for one."""

    reason: Reason = ""


class MembershipAnswer(msgspec.Struct, frozen=True):
    state: str
    role: GroupRole | None = None


class GroupMember(msgspec.Struct, frozen=True):
    """``editor``: named to write summaries and wiki posts."""

    username: str
    name: str
    role: GroupRole
    editor: bool
    since: datetime
    country: str | None
    sector: str | None


class GroupMembers(msgspec.Struct, frozen=True):
    items: list[GroupMember]
    next: str | None


class WaitingRequest(msgspec.Struct, frozen=True):
    id: int
    member: Person
    reason: str
    state: RequestState
    created_at: datetime


class RequestList(msgspec.Struct, frozen=True):
    items: list[WaitingRequest]
    next: str | None


class RequestDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    approve: bool
    answer: Reason = ""


class InvitationWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either one member by name, or (no username) a link for ``uses`` people."""

    username: Username | None = None
    uses: Annotated[int, Meta(ge=1, le=1000)] = 1
    days: Annotated[int, Meta(ge=1, le=90)] = 30


class InvitationSent(msgspec.Struct, frozen=True):
    """``url`` is there for a link only, and only this once."""

    id: int
    url: str | None


class RoleWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Literal["member", "facilitator"]


class BanWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason = ""


class GroupText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    purpose: Annotated[str, Meta(min_length=1, max_length=2000)]
    rules: Annotated[str, Meta(max_length=4000)] = ""


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 25
    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


class GroupFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``q``: words of the title or the purpose."""

    q: Annotated[str, Meta(max_length=100)] = ""
    theme: Annotated[str, Meta(max_length=40)] | None = None
    language: Annotated[str, Meta(max_length=8)] | None = None
    mine: bool = False
