"""Reads the polls that were written by hand: a TOML head with the terms and the votes, the outcome, the posts.

The first post introduces the poll. A vote is cast ``by`` people, by a ``crowd`` of the group, or by both; its ``mark``
holds option numbers (single, multiple), a stance (proposal), marks in the options' order (score, time), or option
numbers with the best first (ranked).
"""
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from forum.polls.models import Method, PollKind, Results, Stance
from forum.site.demo.initiative_files import Days
from forum.site.demo.manuscript import Contribution, Manuscript, read

FOLDER: Final = Path(__file__).parent / "polls"
STANCES: Final = tuple(stance.value for stance in Stance)


class Vote(msgspec.Struct, forbid_unknown_fields=True):
    """A ``reason`` belongs to the first of those who cast it."""

    mark: list[int | str]
    by: list[str] = []
    crowd: int = 0
    reason: str = ""


class Outcome(msgspec.Struct, forbid_unknown_fields=True):
    """``review``: in how many days from now."""

    by: str
    days_ago: Days
    review: int


class Moment(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """In how many days, at what time on the wall of the poll's zone, for how many minutes."""

    days: int
    time: Annotated[str, msgspec.Meta(pattern=r"^\d\d:\d\d$")]
    minutes: int


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """``days_ago``: posted; ``opens`` and ``closes``: in how many days from now, negative: it is over."""

    question: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
    kind: PollKind
    results: Results
    days_ago: Days
    closes: float
    opens: float | None = None
    thread: str | None = None
    initiative: str | None = None
    method: Method | None = None
    anonymous: bool = False
    most_choices: int | None = None
    score_max: int | None = None
    block_needs_reason: bool = False
    time_zone: str | None = None
    quorum: int | None = None
    share: int | None = None
    options: list[str] = []
    moments: list[Moment] = []
    vote: list[Vote] = []
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One poll with its posts."""

    key: str
    head: Head
    outcome: str
    posts: tuple[Contribution, ...]

    @property
    def size(self) -> int:
        """The number of its options."""
        head = self.head
        return len(STANCES) if head.kind is PollKind.PROPOSAL else len(head.options or head.moments)

    @property
    def people(self) -> set[str]:
        named = {name for vote in self.head.vote for name in vote.by}
        return named | ({self.head.outcome.by} if self.head.outcome else set())


def marks(kind: PollKind, mark: list[int | str]) -> dict[int, int]:
    """Option position (from 1) to mark, as a ballot keeps them."""
    if kind is PollKind.PROPOSAL:
        return {STANCES.index(str(mark[0])) + 1: 1}
    numbers = [int(one) for one in mark]
    if kind in (PollKind.SINGLE, PollKind.MULTIPLE):
        return dict.fromkeys(numbers, 1)
    if kind is PollKind.RANKED:
        return {option: rank for rank, option in enumerate(numbers, start=1)}
    return dict(enumerate(numbers, start=1))


def read_poll(path: Path) -> Asked:
    """Read one poll, and refuse votes that it would refuse."""
    found = read(path)
    head = found.head_as(Head)
    poll = Asked("poll:" + found.key, head, found.parts.get("outcome", ""), found.posts)
    for line, fault in _faults(poll, found):
        found.blame(fault, line)
    for vote in head.vote:
        if wrong := _wrong(poll, vote):
            found.blame(wrong, f"mark = {msgspec.json.encode(vote.mark).decode()}".split(",")[0])
    return poll


def read_polls() -> list[Asked]:
    """Read every folder, in the order of the names."""
    return [read_poll(path) for path in sorted(FOLDER.glob("*/*.md"))]


def _faults(poll: Asked, found: Manuscript) -> list[tuple[str, str]]:
    head = poll.head
    voters = [name for vote in head.vote for name in vote.by]
    opened = -head.days_ago if head.opens is None else head.opens
    timed, multiple = head.kind is PollKind.TIME, head.kind is PollKind.MULTIPLE
    ranked, scored = head.kind is PollKind.RANKED, head.kind is PollKind.SCORE
    checks = [
        ("thread", (head.thread is None) != (head.initiative is None), "name a thread or an initiative"),
        ("--- ", found.parts.keys() == ({"outcome"} if head.outcome else set()), "only an outcome has a part"),
        ("===", bool(found.posts), "a poll is introduced by a post"),
        ("closes", opened < head.closes, "it closes before it opens"),
        ("opens", opened <= 0 or not head.vote, "nobody votes before it opens"),
        ("[outcome]", head.outcome is None or head.closes < 0, "an outcome comes after the closing"),
        ("kind", ranked == (head.method is not None), "a ranked poll, and no other, has a method"),
        ("kind", multiple == (head.most_choices is not None), "a multiple choice, and nothing else, has most_choices"),
        ("kind", scored == (head.score_max is not None), "a score poll, and no other, has a score_max"),
        ("kind", timed == (head.time_zone is not None) == bool(head.moments), "moments and a zone make a time poll"),
        ("options", poll.size >= 2, "a choice needs two options"),
        ("[[vote]]", len(voters) == len(set(voters)), "somebody votes twice"),
        ("anonymous", not (head.anonymous and voters), "who voted in an anonymous poll is not written down"),
    ]
    return [(line, fault) for line, holds, fault in checks if not holds]


def _wrong(poll: Asked, vote: Vote) -> str | None:
    head = poll.head
    if not vote.by and not vote.crowd:
        return "somebody must have cast it"
    if head.kind is PollKind.PROPOSAL:
        if len(vote.mark) != 1 or vote.mark[0] not in STANCES:
            return f"the mark must be one of {', '.join(STANCES)}"
        blocks = vote.mark == [Stance.BLOCK.value]
        return "a block needs its reason" if blocks and head.block_needs_reason and not vote.reason else None
    if not all(isinstance(one, int) for one in vote.mark):
        return "marks are numbers"
    numbers = [int(one) for one in vote.mark]
    if head.kind in (PollKind.SCORE, PollKind.TIME):
        most = head.score_max or 2
        fits = len(numbers) == poll.size and all(0 <= one <= most for one in numbers)
    else:
        most = {PollKind.SINGLE: 1, PollKind.MULTIPLE: head.most_choices or 0}.get(head.kind, poll.size)
        fits = 1 <= len(numbers) <= most and set(numbers) <= set(range(1, poll.size + 1))
        fits = fits and len(set(numbers)) == len(numbers)
    return None if fits else "the marks do not fit the options"
