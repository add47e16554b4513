"""What happens to groups and to the places in them."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipStarted(Fact):
    name: ClassVar[str] = "group.membership_started"

    group_id: int
    member_id: int
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipEnded(Fact):
    name: ClassVar[str] = "group.membership_ended"

    group_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleChanged(Fact):
    name: ClassVar[str] = "group.role_changed"

    group_id: int
    member_id: int
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LastFacilitatorLost(Fact):
    """A source (not a person) took the last facilitator: staff look after the group until it has one again."""

    name: ClassVar[str] = "group.last_facilitator_lost"

    group_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterStopped(Fact):
    """So many would have left by one roster that nobody was let go: staff look at it."""

    name: ClassVar[str] = "group.roster_stopped"

    group_id: int
    source: str
    leaving: int
    present: int


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinRequested(Fact):
    name: ClassVar[str] = "group.join_requested"

    group_id: int
    member_id: int
    request_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestDecided(Fact):
    name: ClassVar[str] = "group.request_decided"

    group_id: int
    member_id: int
    request_id: int
    decided_by: int
    approved: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberInvited(Fact):
    name: ClassVar[str] = "group.member_invited"

    group_id: int
    member_id: int
    invitation_id: int
    invited_by: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberBanned(Fact):
    name: ClassVar[str] = "group.member_banned"

    group_id: int
    member_id: int
