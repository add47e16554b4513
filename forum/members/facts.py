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
class ProfileEdited(Fact):
    name: ClassVar[str] = "member.profile_edited"

    member_id: int
