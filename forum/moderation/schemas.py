"""The shapes of moderation on the wire."""
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from forum.groups.schemas import Person
from forum.moderation.models import ActKind, AppealOutcome, CaseOrigin, Decision, FlagReason, SanctionKind
from forum.moderation.targets import TargetKind
from forum.threads.models import PostState

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


class CaseRef(msgspec.Struct, frozen=True):
    """The case in which something is decided."""

    id: int


class SlowMode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a member waits between two posts."""

    seconds: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    reason: Words = ""


class GlassWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class GlassOpened(msgspec.Struct, frozen=True):
    until: datetime


class VerdictCount(msgspec.Struct, frozen=True):
    """``reason`` null: none was named."""

    decision: Decision
    reason: FlagReason | None
    count: int


class TransparencyReport(msgspec.Struct, frozen=True):
    """Half a year of moderation in numbers, the whole site's.

    ``complete``: the half-year is over. Of closed and hidden groups a number counts only then, and only where they have
    three or more of it. ``flags`` by reason, ``cases`` opened by origin, ``outcomes`` of ``appeals``, ``sanctions`` by
    kind; ``within_a_day``: the share of verdicts, from 0 to 1; ``automatic_hides_confirmed``: what a person then hid or
    removed; ``earlier``, ``later``: the periods beside it.
    """

    period: str
    begins: date
    ends: date
    complete: bool
    earlier: str | None
    later: str | None
    flags: dict[str, int]
    cases: dict[str, int]
    verdicts: list[VerdictCount]
    median_hours: float | None
    within_a_day: float | None
    appeals: int
    outcomes: dict[str, int]
    appeal_median_hours: float | None
    automatic_hides: int
    automatic_hides_confirmed: int
    sanctions: dict[str, int]
    undone: int


class PeriodWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A half-year: 2026-1 is January to June; without one, that which runs."""

    period: Annotated[str, Meta(pattern="^20[0-9]{2}-[12]$")] | None = None


class SanctionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``group`` left out: on the whole site. It ends after ``days``, or ``until``; ``reason`` is what they read."""

    kind: SanctionKind
    reason: Reason
    group: Annotated[str, Meta(max_length=80)] | None = None
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    until: datetime | None = None


class SanctionGiven(msgspec.Struct, frozen=True):
    id: int


class SanctionDoc(msgspec.Struct, frozen=True):
    """``until`` is what was asked for, ``holds_until`` how long it holds as things are (null: without an end).

    ``state``: given (a warning), holds, waiting (holds for seven days, until a second person agrees), over, lifted.
    """

    id: int
    kind: SanctionKind
    reason: str
    at: datetime
    member: Person
    group: LogGroup | None
    until: datetime | None
    holds_until: datetime | None
    state: Literal["given", "holds", "waiting", "over", "lifted"]
    by: Person | None
    confirmed_by: Person | None
    case_id: int | None


class SanctionList(msgspec.Struct, frozen=True):
    items: list[SanctionDoc]
    next: str | None


class DayWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day in UTC; ``group`` left out: wherever you look after posts."""

    day: date
    reason: Reason
    group: Annotated[str, Meta(max_length=80)] | None = None


class DayRemoved(msgspec.Struct, frozen=True):
    posts: int


class PurgeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class FlagWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it needs eyes, from the short list and in words of your own."""

    reason: FlagReason
    note: Words = ""


class DecisionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``reason`` is needed but for no action, ``words`` for a note: the author reads them.

    ``silence_days`` is for hide_and_silence.
    """

    decision: Decision
    reason: FlagReason | None = None
    words: Words = ""
    silence_days: Annotated[int, Meta(ge=1, le=365)] = 7


class AppealWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Words


class AppealAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    outcome: AppealOutcome
    answer: Words


class CaseLine(msgspec.Struct, frozen=True):
    """One case in the queue; ``group`` is null for a profile, ``late``: open for more than a day.

    ``claimed_by`` looks at it until ``claimed_until``; null where nobody does now.
    """

    id: int
    origin: CaseOrigin
    target: TargetKind
    group: LogGroup | None
    title: str
    excerpt: str
    author: Person
    reasons: dict[FlagReason, int]
    weight: int
    auto_hidden: bool
    opened_at: datetime
    late: bool
    claimed_by: Person | None
    claimed_until: datetime | None
    decision: Decision | None
    decided_at: datetime | None
    decided_by: Person | None


class Queue(msgspec.Struct, frozen=True):
    """``appeals`` wait for you, and come first; they are on the first page."""

    items: list[CaseLine]
    next: str | None
    appeals: list[CaseLine]


class QueueWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``state``: open or decided; ``after``: the id of the last case one has."""

    group: Annotated[str, Meta(max_length=60)] | None = None
    state: Annotated[str, Meta(pattern="^(open|decided)$")] = "open"
    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class FlagDoc(msgspec.Struct, frozen=True):
    by: Person
    reason: FlagReason
    note: str
    at: datetime


class ContextPost(msgspec.Struct, frozen=True):
    """``here``: the one that the case is about; ``number`` is null while it waits."""

    id: int
    number: int | None
    state: PostState
    author: Person
    html: str
    text: str
    at: datetime
    here: bool


class CaseBrief(msgspec.Struct, frozen=True):
    id: int
    target: TargetKind
    decision: Decision | None
    reason: FlagReason | None
    words: str
    at: datetime
    overturned: bool


class SanctionBrief(msgspec.Struct, frozen=True):
    id: int
    kind: SanctionKind
    reason: str
    until: datetime | None
    site: bool
    lifted: bool
    at: datetime


class AuthorHistory(msgspec.Struct, frozen=True):
    """As far as you may know of it."""

    posts: int
    since: datetime
    cases: list[CaseBrief]
    sanctions: list[SanctionBrief]


class AppealDoc(msgspec.Struct, frozen=True):
    text: str
    at: datetime
    outcome: AppealOutcome | None
    answer: str
    decided_at: datetime | None


class CaseDoc(msgspec.Struct, frozen=True):
    """``context``: the post and some around it, or the first of a thread; ``parts``: an initiative's texts.

    ``flagged``: you did yourself. ``language``: the author's words are best in it.
    """

    line: CaseLine
    version: int
    language: str
    post_id: int | None
    thread_id: int | None
    thread_slug: str | None
    initiative_id: int | None
    reason: FlagReason | None
    words: str
    flags: list[FlagDoc]
    flagged: bool
    context: list[ContextPost]
    parts: list[str]
    bio: str
    history: AuthorHistory
    appeal: AppealDoc | None


class VerdictDoc(msgspec.Struct, frozen=True):
    """What was decided about something of yours; ``until`` you may appeal, once."""

    id: int
    decision: Decision
    reason: FlagReason | None
    words: str
    decided_at: datetime
    until: datetime
    target: TargetKind
    title: str
    html: str
    silenced_until: datetime | None
    appeal: AppealDoc | None
