"""The shapes of notices on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupBrief, Person
from forum.moderation.models import ActKind, FlagReason
from forum.notifications.models import NoticeKind


class NoticeAct(msgspec.Struct, frozen=True):
    """What was done to you or to what you wrote, and why. ``by`` is null where the group does not name its moderators.

    ``automatic``: no person did it. ``case_id``: the verdict, which you can appeal.
    """

    kind: ActKind
    case_reason: FlagReason | None
    reason: str
    automatic: bool
    by: Person | None
    case_id: int | None


class NoticeDoc(msgspec.Struct, frozen=True):
    """What it points to is null when it may no longer be read."""

    id: int
    kind: NoticeKind
    actor: Person | None
    group: GroupBrief | None
    thread_id: int | None
    thread_title: str | None
    thread_slug: str | None
    initiative_id: int | None
    initiative_title: str | None
    initiative_slug: str | None
    post_id: int | None
    post_number: int | None
    excerpt: str | None
    note: str
    case_id: int | None
    act: NoticeAct | None
    created_at: datetime
    read: bool
    invitation_id: int | None


class NoticeList(msgspec.Struct, frozen=True):
    items: list[NoticeDoc]
    next: str | None


class NoticesWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25
