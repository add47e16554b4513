"""The shapes of polls on the wire."""
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from forum.groups.schemas import Person
from forum.polls.models import Method, PollKind, Results, Stance
from forum.polls.policies import Phase
from forum.polls.tally import Tally

Line = Annotated[str, Meta(max_length=2000)]
Moment = Annotated[datetime, Meta(tz=True)]
OptionId = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class NewMoment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date (2027-03-28) and a time (14:30) as they are on the wall in the poll's zone."""

    date: Annotated[str, Meta(max_length=20)]
    time: Annotated[str, Meta(max_length=20)]


class NewPoll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``body`` is the text of the post that introduces it; without one the question stands for it.

    ``options`` are for single, multiple, score and ranked; a proposal has its four stances; ``moments`` in ``zone``,
    each of so many ``minutes``, are for time. ``quorum`` is the least number of voters, ``share`` a percent.
    """

    question: Line
    kind: PollKind
    closes_at: Moment
    opens_at: Moment | None = None
    body: Annotated[str, Meta(max_length=200_000)] = ""
    options: Annotated[list[Line], Meta(max_length=100)] = []
    moments: Annotated[list[NewMoment], Meta(max_length=100)] = []
    minutes: Annotated[int, Meta(ge=5, le=7 * 24 * 60)] = 60
    zone: Annotated[str, Meta(max_length=64)] | None = None
    method: Method | None = None
    anonymous: bool = False
    results: Results = Results.ALWAYS
    most_choices: Annotated[int, Meta(ge=1, le=30)] | None = None
    score_max: Annotated[int, Meta(ge=2, le=10)] | None = None
    block_needs_reason: bool = False
    quorum: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    share: Annotated[int, Meta(ge=1, le=100)] | None = None


class BallotWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``marks`` by option: 1 for what is chosen, a score, a rank (1 is the best), or 0, 1, 2 for a moment."""

    marks: Annotated[dict[OptionId, Annotated[int, Meta(ge=0, le=1000)]], Meta(max_length=100)]
    reason: Annotated[str, Meta(max_length=8000)] = ""


class OutcomeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes of the poll, and when the group looks at it again."""

    text: Annotated[str, Meta(max_length=32_000)]
    review_on: date | None = None


class OptionDoc(msgspec.Struct, frozen=True):
    """One of a text, a stance of a proposal, or a moment."""

    id: int
    text: str
    stance: Stance | None
    starts_at: datetime | None
    ends_at: datetime | None


class OwnBallot(msgspec.Struct, frozen=True):
    marks: dict[int, int]
    reason: str
    cast_at: datetime


class OutcomeDoc(msgspec.Struct, frozen=True):
    text: str
    html: str
    by: Person
    at: datetime
    review_on: date | None


class PollDoc(msgspec.Struct, frozen=True):
    """``voters`` have voted so far, ``voted`` says whether the reader is among them; ``ballot`` is the reader's, never
    of an anonymous poll. ``result`` is null while it may not be shown. ``author_id`` serves policies.
    """

    id: int
    post_id: int
    thread_id: int
    author: Person
    author_id: int
    question: str
    kind: PollKind
    method: Method | None
    anonymous: bool
    results: Results
    most_choices: int | None
    score_max: int | None
    block_needs_reason: bool
    zone: str | None
    quorum: int | None
    share: int | None
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    phase: Phase
    options: list[OptionDoc]
    voters: int
    voted: bool
    ballot: OwnBallot | None
    result: Tally | None
    outcome: OutcomeDoc | None
    version: int


class BallotDoc(msgspec.Struct, frozen=True):
    """Of an anonymous poll nobody's: what was said, and of a proposal the stance that it goes with."""

    member: Person | None
    marks: dict[int, int]
    reason: str


class BallotList(msgspec.Struct, frozen=True):
    items: list[BallotDoc]
    next: str | None


class BallotsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: UUID | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 25


class DecisionDoc(msgspec.Struct, frozen=True):
    """A poll that has an outcome; ``carries`` is what the tally said."""

    poll_id: int
    post_id: int
    thread_id: int
    thread_title: str
    thread_slug: str
    question: str
    kind: PollKind
    closed_at: datetime
    voters: int
    carries: bool
    outcome: OutcomeDoc


class DecisionList(msgspec.Struct, frozen=True):
    items: list[DecisionDoc]
    next: str | None


class DecisionsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 25
