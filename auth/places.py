"""What courses and claims need of the forum's groups, as a protocol; `forum/places.py` implements it.

A *source* (`oidc:<provider>`, `lti:<platform>:<context>`, `scim:<client>`, `dconnect:<provider>`) changes only its
own grants. Every method is one deed of its own, in one transaction; a roster is several, and can be settled again.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth.actor import GroupRole


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A place that a source says somebody has; ``group`` is a slug.

    ``ends_at_once``: when the source says it no more, it ends there and then, whatever the group's ``on_leave`` says.
    """

    group: str
    role: GroupRole = GroupRole.MEMBER
    ends_at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """A group that somebody may lead a course to."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What became of one complete roster. ``stopped``: too many would have left, so nothing was given nor taken."""

    given: int = 0
    leaving: int = 0
    stopped: bool = False


class Places(Protocol):
    async def give(self, member_id: int, group_id: int, source: str, role: GroupRole) -> bool:
        """The source says that they have this place; True when that changed anything. A ban stands."""
        ...

    async def held(self, member_id: int, source: str) -> list[str]:
        """Slugs of the groups in which the source gives this member a place that is not about to end."""
        ...

    async def settle_member(self, member_id: int, source: str, wanted: Sequence[Wanted]) -> None:
        """All that the source now says of one person: gives what is new, lets its other grants leave.

        Slugs that no group has are passed over and audited.
        """
        ...

    async def settle_group(
        self, group_id: int, source: str, wanted: Mapping[int, GroupRole], *, force: bool = False
    ) -> Settled:
        """A **complete** roster of one group, by member id; it stops when more than 20 % would leave, unless forced.

        Who is no longer named leaves as the group's ``on_leave`` says, after its days of grace. A roster that was
        not read to its end must not be brought here: whoever is missing from it would leave.
        """
        ...

    async def course_group(self, key: str, title: str, by: int) -> Pick:
        """The closed group of a course (``key`` is its source), founded by this member if it is not there yet."""
        ...

    async def to_pick(self, member_id: int) -> list[Pick]:
        """The groups that this member looks after."""
        ...

    async def named(self, group_id: int) -> Pick:
        """A group that somebody was led to, by its id."""
        ...
