"""What provisioning needs of the forum, as a protocol; `forum/provisioning/people.py` implements it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")

SubjectFrom = Literal["externalId", "userName", "id"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """One provisioning system: its users sign in as (``issuer``, what ``subject_from`` holds).

    ``group_ids``: the forum's groups that its Groups may stand for by their name.
    """

    id: int
    name: str
    issuer: str
    subject_from: SubjectFrom
    group_ids: Collection[int] = ()

    @property
    def source(self) -> str:
        """How grants and holds name it: by name, so that a client made anew takes up its own."""
        return f"scim:{self.name}"


class Gone(StrEnum):
    """Why a client says that somebody may no longer come in."""

    INACTIVE = "inactive"
    DELETED = "deleted"
    SUBJECT_CHANGED = "subject_changed"


class StaffAccountError(Exception):
    """The account has a role on the site: no provisioning system suspends it."""


class People(Protocol):
    """Everything but ``together`` and ``refused`` runs inside the deed that ``together`` runs."""

    async def together(self, deed: Callable[[], Awaitable[T]]) -> T:
        """Run all of the deed in one transaction, or nothing of it; again after a deadlock."""
        ...

    async def admit(self, client: Client, subject: str, *, name: str | None, username: str | None) -> int:
        """The account of this identity, found or made; never by e-mail. The names are for a new one only."""
        ...

    async def hold(self, client: Client, member_id: int, why: Gone) -> None:
        """Suspend at once: sessions and tokens end. Raises StaffAccountError; twice changes nothing."""
        ...

    async def lift(self, client: Client, member_id: int) -> None:
        """Take this client's own hold away; the member is back when no other is left."""
        ...

    async def group_named(self, client: Client, name: str) -> int | None:
        """The group of this slug or title among those the client may fill, if none of its Groups does so yet."""
        ...

    async def settle(self, client: Client, group_id: int, member_ids: Collection[int]) -> None:
        """These are all the places that the client gives in this group."""
        ...

    async def note(
        self,
        client: Client,
        action: str,
        *,
        resource: str,
        member_id: int | None = None,
        group_id: int | None = None,
    ) -> None:
        """Write a deed of the client into the audit log."""
        ...

    async def refused(self, reason: str, *, client: Client | None = None, resource: str | None = None) -> None:
        """Write into the audit log that a request was refused; a deed of its own."""
        ...
