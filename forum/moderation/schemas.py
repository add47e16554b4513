"""The shapes of moderation on the wire."""
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from forum.groups.schemas import Person
from forum.moderation.models import ActKind, FlagReason

Reason = Annotated[str, Meta(max_length=2000)]
Words = Annotated[str, Meta(max_length=8000)]


class LogThread(msgspec.Struct, frozen=True):
    id: int
    title: str
    slug: str


class LogGroup(msgspec.Struct, frozen=True):
    slug: str
    title: str


class LogLine(msgspec.Struct, frozen=True):
    """What was done, without any content.

    ``by`` is null where the group does not name its moderators, ``automatic``: no person did it. ``case_reason`` is
    from the short list; ``reason`` are the words, where they were written for you. ``thread`` is null where you cannot
    read it now, ``post_id`` but for those who look after the group; ``other_group``: where it led to, or came from.
    """

    id: int
    kind: ActKind
    at: datetime
    automatic: bool
    by: Person | None
    case_reason: FlagReason | None
    reason: str
    thread: LogThread | None
    post_id: int | None
    other_group: LogGroup | None
    undone_at: datetime | None
    undone_by: Person | None
    may_undo: bool


class LogPage(msgspec.Struct, frozen=True):
    items: list[LogLine]
    next: str | None


class LogWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class LogNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the group's public log says who did it."""

    named: bool


class ModerationSettings(msgspec.Struct, frozen=True):
    """``slow_seconds``: how long a member waits between two posts (0: not at all)."""

    log_names_moderators: bool
    slow_seconds: int


class SlowMode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a member waits between two posts."""

    seconds: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    reason: Words = ""


class GlassWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class GlassOpened(msgspec.Struct, frozen=True):
    until: datetime
