"""What happens to members."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberAdmitted(Fact):
    """A new account exists; ``status`` says whether it may already act."""

    name: ClassVar[str] = "member.admitted"

    member_id: int
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberApproved(Fact):
    name: ClassVar[str] = "member.approved"

    member_id: int
    approved_by: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WayInDisconnected(Fact):
    """A door leads to this account no more; ``source`` is what the places that it gave are known by."""

    name: ClassVar[str] = "member.way_in_disconnected"

    member_id: int
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileEdited(Fact):
    name: ClassVar[str] = "member.profile_edited"

    member_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRenamed(Fact):
    """The name that is shown has changed; what carries it (the search index) follows."""

    name: ClassVar[str] = "member.renamed"

    member_id: int
