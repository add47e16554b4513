"""What sign-in needs of the forum, as a protocol: auth knows people only through it.

Every method is one deed of its own; those that write do so in one transaction together with the forum's
data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from auth.actor import Actor, StaffRole, Status


class Connected(StrEnum):
    """What became of a wish to add an identity to an account."""

    NOW = "now"
    ALREADY = "already"
    ANOTHERS = "anothers"


class RefusedReason(StrEnum):
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentSession:
    """The browser session behind a request; ``stale`` asks for a new mark of when it was last seen."""

    id: int
    issuer: str
    created_at: datetime
    acr: str | None
    auth_time: int | None
    stale: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentToken:
    """The API token behind a request."""

    id: int
    stale: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """Who acts, and by which credential; neither credential means that none was given or none was good."""

    actor: Actor
    session: CurrentSession | None = None
    token: CurrentToken | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """What a provider said about a person, already verified; ``provider`` is its name in the settings.

    ``said`` are all its claims, for the rules that make places of them.
    """

    provider: str
    issuer: str
    subject: str
    name: str | None = None
    preferred_username: str | None = None
    email: str | None = None
    email_verified: bool = False
    language: str | None = None
    time_zone: str | None = None
    said: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Why somebody may not sign in; ``until`` None has no end date, ``note`` is the staff's reason."""

    reason: RefusedReason
    until: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """The account that a person signs in to."""

    member_id: int
    status: Status
    staff: StaffRole | None = None
    suspended_until: datetime | None = None
    suspension_reason: str | None = None
    created: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Vouched:
    """What another site is told of a member: a verified address, and their places among the groups it asked for."""

    email: str | None
    groups: tuple[str, ...] = ()


class Directory(Protocol):
    async def actor_for(
        self, *, session_hash: bytes | None, token_hash: bytes | None, embedded: bool = False
    ) -> Loaded:
        """Who acts, in one statement; hashes are SHA-256. A token that is given wins over a session.

        ``embedded``: only the limited session of a frame counts; without it, never.
        """
        ...

    async def find(self, issuer: str, subject: str) -> SignIn | None:
        """The account of this person; never by e-mail."""
        ...

    async def admit(
        self, claims: Claims, status: Status, *, anew: bool = False, owned_domains: Sequence[str] = ()
    ) -> SignIn | None:
        """A new account in that status, or the one a parallel sign-in has just made.

        None: somebody here has their verified address already, and no account was made; ``anew`` makes one without
        the address. An address in one of ``owned_domains`` belongs to who has it here, where that was verified too
        and is no staff's: they are signed in to that account.
        """
        ...

    async def connect(self, member_id: int, claims: Claims, how: str) -> Connected:
        """Add the identity to the account, unless it is somebody else's; ``how`` is a code for the audit log."""
        ...

    async def has_address(self, member_id: int, email: str) -> bool:
        """Whether this is the address of that account."""
        ...

    async def identities_of(self, member_id: int) -> Sequence[tuple[str, str]]:
        """(issuer, subject) of each way in."""
        ...

    async def vouched(self, member_id: int, groups: Sequence[str]) -> Vouched:
        """``groups`` are slugs; a place to read only is none that another site is told of."""
        ...

    def sign_in_refused_reason(self, who: SignIn) -> Refused | None: ...

    async def note(
        self,
        action: str,
        *,
        member_id: int | None,
        subject_id: int | None = None,
        group_id: int | None = None,
        after: Mapping[str, str | int | None] | None = None,
    ) -> None:
        """Record a deed of auth in the audit log; the action's first word names the kind of its subject.

        ``group_id``: whose readers may see the entry, where it speaks of a group.

        ``after`` holds ids and codes only (``reason``, ``provider``, ``source``), never a name or an address.
        """
        ...
