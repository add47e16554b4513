"""The shapes of people on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from auth.actor import GroupRole, Scope, StaffRole, Status
from forum.members.models import Audience, Gender, Sector

# "$" also stands before a line end at the very end; the look-ahead says that there is none.
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$(?!\n)", max_length=8)]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", max_length=2)]


class GroupPlace(msgspec.Struct, frozen=True):
    slug: str
    title: str
    role: GroupRole


class Profile(msgspec.Struct, frozen=True):
    """What one reader may see of a member: a field kept private is null."""

    username: str
    name: str
    country: str | None
    sector: Sector | None
    languages: list[str] | None
    time_zone: str | None
    bio: str | None
    staff: StaffRole | None
    joined_at: datetime
    groups: list[GroupPlace]
    post_count: int


class DirectoryEntry(msgspec.Struct, frozen=True):
    username: str
    name: str
    country: str | None
    sector: Sector | None
    languages: list[str] | None
    staff: StaffRole | None


class Directory(msgspec.Struct, frozen=True):
    items: list[DirectoryEntry]
    next: str | None


class DirectoryFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    q: Annotated[str, Meta(max_length=100)] = ""
    country: Country | None = None
    sector: Sector | None = None
    language: Language | None = None
    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Me(msgspec.Struct, frozen=True):
    """The signed-in member to themselves: everything but the gender's use."""

    username: str
    name: str
    email: str | None
    status: Status
    staff: StaffRole | None
    silenced: bool
    country: str | None
    sector: Sector | None
    gender: Gender | None
    languages: list[str]
    language: str
    time_zone: str
    bio: str
    audiences: dict[str, Audience]
    unread_notices: int
    groups: list[GroupPlace]
    version: int


class WayIn(msgspec.Struct, frozen=True):
    """A provider's account that leads to yours; ``label`` is the provider's name for people."""

    id: int
    issuer: str
    label: str
    since: datetime


class WaysIn(msgspec.Struct, frozen=True):
    items: list[WayIn]
    next: str | None


class ProfileEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Fields left out stay as they are."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    country: Country | msgspec.UnsetType | None = msgspec.UNSET
    sector: Sector | msgspec.UnsetType | None = msgspec.UNSET
    gender: Gender | msgspec.UnsetType | None = msgspec.UNSET
    languages: Annotated[list[Language], Meta(max_length=20)] | msgspec.UnsetType = msgspec.UNSET
    language: Language | msgspec.UnsetType = msgspec.UNSET
    time_zone: Annotated[str, Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET
    bio: str | msgspec.UnsetType = msgspec.UNSET
    audiences: dict[str, Audience] | msgspec.UnsetType = msgspec.UNSET


class PendingMember(msgspec.Struct, frozen=True):
    username: str
    name: str
    email: str | None
    country: str | None
    sector: Sector | None
    since: datetime


class PendingMembers(msgspec.Struct, frozen=True):
    items: list[PendingMember]
    next: str | None


class MyGroup(msgspec.Struct, frozen=True):
    id: int
    slug: str
    title: str


class TokenGroup(msgspec.Struct, frozen=True):
    slug: str
    title: str


class TokenDoc(msgspec.Struct, frozen=True, kw_only=True):
    """An API token of one's own. ``groups`` null: wherever its owner may go; ``groups_gone`` are theirs no longer."""

    id: int
    name: str
    prefix: str
    scopes: list[Scope]
    groups: list[TokenGroup] | None
    groups_gone: int = 0
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime
    expired: bool = False


class TokenMade(TokenDoc, frozen=True, kw_only=True):
    """``token`` is there this once: null in the answer to a repeated request."""

    token: str | None


class TokenList(msgspec.Struct, frozen=True):
    items: list[TokenDoc]
    next: str | None


class TokenWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``groups``: slugs of one's own groups, the only ones it will open; null opens all that its owner may."""

    name: str
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)]
    days: Annotated[int, Meta(ge=1, le=365)] = 90
    groups: Annotated[list[str], Meta(min_length=1, max_length=50)] | None = None


class SessionDoc(msgspec.Struct, frozen=True):
    """A browser that one is signed in with; ``door`` is what it was signed in by, ``current`` this very one."""

    id: int
    browser: str | None
    system: str | None
    door: str
    since: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class SessionList(msgspec.Struct, frozen=True):
    items: list[SessionDoc]
    next: str | None = None
