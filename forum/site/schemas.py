"""The first page, for those who are at home here and for those who look in."""
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupCard, Person
from forum.initiatives.schemas import InitiativeHead
from forum.notifications.schemas import NoticeDoc
from forum.threads.schemas import DraftDoc, ThreadLine


class Home(msgspec.Struct, frozen=True):
    """Signed in: what is new for me. ``closing``: what I may support and soon can no longer.

    ``initiatives``: drafts of mine, and what I was asked to lead or to agree to.
    """

    unread: list[ThreadLine]
    notices: list[NoticeDoc]
    drafts: list[DraftDoc]
    closing: list[InitiativeHead]
    initiatives: list[InitiativeHead]
    groups: list[GroupCard]


class Front(msgspec.Struct, frozen=True):
    """Signed out: what this is, and what goes on in the open."""

    threads: list[ThreadLine]
    groups: list[GroupCard]
    member_count: int
    group_count: int
    post_count: int


class AuditGroup(msgspec.Struct, frozen=True):
    slug: str
    title: str


class AuditLine(msgspec.Struct, frozen=True):
    """Who did what to whom. ``actor`` null: no person did; ``member``: whom it is about, if it is about a member.

    ``group`` is null, too, where you may not know of it; ``before`` and ``after`` hold ids and codes. ``actor_untold``:
    a person did it, whom their group does not name; ``reason``: their words, ``on_behalf_of``: for whom they acted.
    """

    id: int
    at: datetime
    action: str
    subject: str
    subject_id: int | None
    actor: Person | None
    member: Person | None
    group: AuditGroup | None
    actor_untold: bool
    on_behalf_of: Person | None
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]


class AuditPage(msgspec.Struct, frozen=True):
    items: list[AuditLine]
    next: str | None


class AuditWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``member`` is a username, ``group`` a slug, ``since`` a day."""

    action: Annotated[str, Meta(max_length=60)] | None = None
    member: Annotated[str, Meta(max_length=40)] | None = None
    group: Annotated[str, Meta(max_length=60)] | None = None
    since: date | None = None
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25
