"""The shapes of initiatives on the wire."""
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from forum.groups.schemas import GroupBrief, Person, Username
from forum.initiatives.models import AnswerKind, LeadRole, LeadState, Stage, StepKind
from forum.members.schemas import Country, Language

Text = Annotated[str, Meta(max_length=60_000)]


# What a list was sorted by, and the id of the last line.
Cursor = Annotated[str, Meta(pattern=r"^[0-9]{1,16}\.[0-9]{1,19}$(?!\n)", max_length=36)]


class Sort(StrEnum):
    """``CLOSING``: what still gathers, the earliest end first."""

    CLOSING = "closing"
    SUPPORTED = "supported"
    NEWEST = "newest"


class InitiativesWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``group`` is a slug; ``country`` that of a lead; ``answer=overdue``: those whose official answer is late.

    Of another stage than ``gathering`` nothing is closing: the newest come first there, and among drafts.
    """

    group: Annotated[str, Meta(max_length=60)] | None = None
    stage: Stage | None = None
    language: Language | None = None
    country: Country | None = None
    answer: Literal["overdue"] | None = None
    sort: Sort = Sort.NEWEST
    after: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class FirstMilestone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(max_length=2000)]
    due_on: date | None = None


class InitiativeText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``aim``, ``why`` and ``ask`` (what is asked of whom) are Markdown; a draft may leave them empty."""

    title: Annotated[str, Meta(max_length=2000)]
    aim: Text = ""
    why: Text = ""
    ask: Text = ""
    languages: Annotated[list[Language], Meta(max_length=20)] = []


class NewInitiative(InitiativeText, frozen=True, forbid_unknown_fields=True):
    """``thread`` is the id of a thread that it is made from; its author is asked for consent."""

    co_leads: Annotated[list[Username], Meta(max_length=10)] = []
    milestones: Annotated[list[FirstMilestone], Meta(max_length=20)] = []
    thread: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no to what one was asked."""

    agree: bool


class NewAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: AnswerKind
    body: Text


class StepText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``owner`` takes part in the group; ``due_on`` is today at the earliest, unless it stood there already."""

    title: Annotated[str, Meta(max_length=2000)]
    due_on: date | None = None
    owner: Username | None = None


class NewStep(StepText, frozen=True, forbid_unknown_fields=True):
    """``post``, for a task only: the post of the discussion that it was taken from."""

    kind: StepKind = StepKind.MILESTONE
    post: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None


class NewUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: Text


class Because(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why; it stands in the history, where all who see the initiative read it."""

    reason: Annotated[str, Meta(max_length=20_000)]


class LeadDoc(msgspec.Struct, frozen=True):
    username: str
    name: str
    role: LeadRole
    state: LeadState


class CoSponsorDoc(msgspec.Struct, frozen=True):
    """``country`` and ``sector`` where the reader may see them on the profile."""

    username: str
    name: str
    country: Country | None
    sector: str | None
    since: datetime


class CoSponsorList(msgspec.Struct, frozen=True):
    items: list[CoSponsorDoc]
    next: str | None


class StepDoc(msgspec.Struct, frozen=True):
    id: int
    kind: StepKind
    title: str
    due_on: date | None
    owner: Person | None
    post_id: int | None
    done_at: datetime | None
    done_by: Person | None
    version: int


class AnswerDoc(msgspec.Struct, frozen=True):
    kind: AnswerKind
    html: str
    by: Person
    at: datetime


class ChangeDoc(msgspec.Struct, frozen=True):
    """A line of the history; ``by`` null: time did it."""

    was: Stage
    stage: Stage
    by: Person | None
    reason: str
    at: datetime


class EarlierText(msgspec.Struct, frozen=True):
    """What people had put their names to, as Markdown, ``until`` a lead handed in another."""

    title: str
    aim: str
    why: str
    ask: str
    by: Person
    until: datetime


class UpdateDoc(msgspec.Struct, frozen=True):
    """A post of the discussion that tells the co-sponsors how it goes."""

    post_id: int
    number: int
    author: Person
    html: str
    at: datetime


class What(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: Annotated[str, Meta(max_length=2000)]
    value: Annotated[str, Meta(max_length=2000)]


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(max_length=2000)]
    url: Annotated[str, Meta(max_length=4000)]


class NewReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was achieved, with figures and links for those who want to see for themselves."""

    body: Text
    numbers: Annotated[list[What], Meta(max_length=20)] = []
    links: Annotated[list[Link], Meta(max_length=20)] = []


class NewSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Not ``closed`` is as open as the group that the initiative lies in, which then is neither closed nor hidden."""

    title: Annotated[str, Meta(max_length=2000)]
    closed: bool = False


class ReportDoc(msgspec.Struct, frozen=True):
    html: str
    body: str
    numbers: list[What]
    links: list[Link]
    by: Person
    at: datetime


class Discussion(msgspec.Struct, frozen=True):
    id: int
    slug: str
    title: str
    post_count: int


class InitiativeHead(msgspec.Struct, frozen=True):
    """``cosponsor`` says whether the reader is one; ``group_id`` serves policies."""

    id: int
    title: str
    slug: str
    stage: Stage
    languages: list[str]
    group: GroupBrief
    group_id: int
    goal: int | None
    cosponsor_count: int
    gathering_ends_at: datetime | None
    launched_at: datetime | None
    answer_due_at: datetime | None
    answer: AnswerKind | None
    leads: list[LeadDoc]
    cosponsor: bool


class InitiativeList(msgspec.Struct, frozen=True):
    items: list[InitiativeHead]
    next: str | None


class InitiativePage(InitiativeHead, frozen=True):
    """``cosponsors`` are the first sixty; ``space`` where the reader may know of it.

    ``facilitated``: its group has somebody to answer; else the site's staff do. ``earlier_reports``: of the times that
    it was completed before, the newest first.
    """

    version: int
    created_at: datetime
    ended_at: datetime | None
    reached_at: datetime | None
    leaderless_since: datetime | None
    anyone_may_cosponsor: bool
    facilitated: bool
    over: bool
    consent_of: Person | None
    aim: str
    why: str
    ask: str
    aim_html: str
    why_html: str
    ask_html: str
    thread: Discussion | None
    space: GroupBrief | None
    cosponsors: list[CoSponsorDoc]
    steps: list[StepDoc]
    answers: list[AnswerDoc]
    updates: list[UpdateDoc]
    history: list[ChangeDoc]
    earlier_texts: list[EarlierText]
    report: ReportDoc | None
    earlier_reports: list[ReportDoc]


class Count(msgspec.Struct, frozen=True):
    """``what`` null: not said, or not shown to every member."""

    what: str | None
    count: int


class DecisionDoc(msgspec.Struct, frozen=True):
    """What a poll of the discussion, or of the working group, came to."""

    poll_id: int
    question: str
    html: str
    at: datetime
    review_on: date | None


class InitiativeRecord(msgspec.Struct, frozen=True):
    """For the file: everything about an initiative. Those who carry it are counted for members only."""

    initiative: InitiativePage
    countries: list[Count]
    sectors: list[Count]
    decisions: list[DecisionDoc]
