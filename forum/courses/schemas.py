"""The shapes of learning platforms on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from auth.lti.models import RunState

Text = Annotated[str, Meta(min_length=1, max_length=255)]
Address = Annotated[str, Meta(min_length=1, max_length=1000)]


class GroupName(msgspec.Struct, frozen=True):
    slug: str
    title: str


class Run(msgspec.Struct, frozen=True):
    """One reading of a roster; ``error`` is a reason code."""

    state: RunState
    pages: int
    seen: int
    given: int
    leaving: int
    error: str | None
    started_at: datetime
    ended_at: datetime | None


class CourseDoc(msgspec.Struct, frozen=True):
    """A course as its platform names it; ``group`` null: nobody has led it to one, or it is hidden from you."""

    id: int
    label: str
    title: str
    group: GroupName | None
    led: bool
    has_roster: bool
    last_run: Run | None


class PlatformDoc(msgspec.Struct, frozen=True):
    id: int
    name: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    jwks_url: str
    enabled: bool
    created_at: datetime
    last_launch_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    deployments: list[str]
    courses: list[CourseDoc]


class PlatformList(msgspec.Struct, frozen=True):
    items: list[PlatformDoc]


class PlatformWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform by hand: what its administrator reads off its own page of our registration."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    issuer: Annotated[str, Meta(min_length=1, max_length=500)]
    client_id: Text
    authorization_url: Address
    token_url: Address
    jwks_url: Address
    deployment_id: Text | None = None


class PlatformMade(msgspec.Struct, frozen=True):
    id: int


class DeploymentWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    deployment_id: Text


class RosterWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``force``: believe the roster even if more than a fifth would leave."""

    force: bool = False


class Ticket(msgspec.Struct, frozen=True):
    """The address to paste into the platform, good once and for a day; it is told this once."""

    address: str
