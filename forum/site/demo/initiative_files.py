"""Reads the initiatives that were written by hand: a TOML head, the parts of the text, the posts of the discussion.

Days are days before the demonstration's now; those of ``due`` and ``days_left`` lie ahead, negative ones behind.
"""
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from forum.initiatives.models import AnswerKind, Stage
from forum.kit.text import clean_line
from forum.site.demo.manuscript import Contribution, Manuscript, read

FOLDER: Final = Path(__file__).parent / "initiatives"
GATHERING_DAYS: Final = 120
GOAL: Final = 10
ENDED: Final = {Stage.COMPLETED, Stage.WITHDRAWN, Stage.LAPSED, Stage.DECLINED}
_REACHED: Final = {Stage.ACTIVE, Stage.COMPLETED, Stage.DECLINED}
_TEXT: Final = ("aim", "why", "ask")

Days = Annotated[float, msgspec.Meta(ge=0)]
# "alumna@34": who, and how many days ago where that matters
Supporter = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{3,24}(@\d+)?$")]


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """The text of the first one stands in the part ``answer``, of the second in ``answers``."""

    verdict: AnswerKind
    by: str
    days_ago: Days


class ToDo(msgspec.Struct, forbid_unknown_fields=True):
    """A milestone or a task; ``post`` is the number of the post in this file that a task comes from."""

    title: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
    owner: str | None = None
    due: int | None = None
    done: Days | None = None
    post: int | None = None


class Space(msgspec.Struct, forbid_unknown_fields=True):
    slug: str
    title: str
    visibility: str = "closed"


class Reopening(msgspec.Struct, forbid_unknown_fields=True):
    by: str
    reason: str


class Report(msgspec.Struct, forbid_unknown_fields=True):
    numbers: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """``days_ago``: launched, a draft: begun. ``supporters`` counts all, of whom ``cosponsors`` are named."""

    group: str
    title: str
    stage: Stage
    days_ago: Days
    lead: str
    languages: Annotated[list[str], msgspec.Meta(min_length=1)]
    co_leads: list[str] = []
    asked: list[str] = []
    cosponsors: list[Supporter] = []
    supporters: int = 0
    thread: str | None = None
    reached: Days | None = None
    closed: Days | None = None
    lapsed: Days | None = None
    reopened: Days | None = None
    days_left: float | None = None
    reopening: Reopening | None = None
    answer: list[Answer] = []
    space: Space | None = None
    report: Report | None = None
    milestone: list[ToDo] = []
    task: list[ToDo] = []


@dataclass(frozen=True, slots=True)
class Told:
    """One initiative; ``posts`` are those of its discussion after the opening."""

    key: str
    language: str
    head: Head
    parts: dict[str, str]
    posts: tuple[Contribution, ...]

    @property
    def opening(self) -> str:
        """What a launch opens the discussion with."""
        return "\n\n".join(self.parts[name] for name in _TEXT)

    @property
    def named(self) -> dict[str, float | None]:
        """Who co-sponsors it by name, and how many days ago where the file says so."""
        pairs = (entry.partition("@") for entry in self.head.cosponsors)
        return {name: float(days) if days else None for name, _, days in pairs}

    @property
    def people(self) -> set[str]:
        """Everybody whom the group must hold."""
        head = self.head
        steps = {one.owner for one in (*head.milestone, *head.task) if one.owner}
        return {head.lead, *head.co_leads, *head.asked, *self.named, *steps, *self.facilitators}

    @property
    def facilitators(self) -> set[str]:
        """Who speaks for the group."""
        return {one.by for one in self.head.answer} | ({self.head.reopening.by} if self.head.reopening else set())


def read_initiative(path: Path) -> Told:
    """Read one initiative, and refuse a story that does not hold together."""
    found = read(path)
    head = found.head_as(Head)
    head.title = clean_line(head.title, at_least=2, at_most=200)
    for line, fault in _faults(head, found):
        found.blame(fault, line)
    return Told(found.key, found.language, head, found.parts, found.posts)


def read_initiatives() -> list[Told]:
    """Read every folder, in the order of the names."""
    return [read_initiative(path) for path in sorted(FOLDER.glob("*/*.md"))]


def _faults(head: Head, found: Manuscript) -> list[tuple[str, str]]:
    """(where, what) is wrong with it."""
    wanted = {
        *_TEXT,
        *(["answer"] if head.answer else []),
        *(["report"] if head.stage is Stage.COMPLETED else []),
        *(["note"] if head.stage is Stage.WITHDRAWN else []),
    }
    tasks = [one for one in head.task if one.post is not None and not 1 <= one.post <= len(found.posts)]
    leading = {head.lead, *head.co_leads} & {entry.partition("@")[0] for entry in head.cosponsors}
    again = [head.reopening, head.reopened, head.lapsed, head.days_left]
    discussed = bool(found.posts) == (head.stage is not Stage.DRAFT)
    checks = [
        ("--- ", found.parts.keys() == wanted, f"the parts must be {', '.join(sorted(wanted))}"),
        ("stage", discussed, "a draft has no discussion, all others do"),
        ("stage", head.reached is not None or head.stage not in _REACHED, "it has reached its goal: say when"),
        ("stage", (head.stage in ENDED) == (head.closed is not None), "an ended initiative says when, no other"),
        ("supporters", head.supporters >= len(head.cosponsors), "there are more names than co-sponsors"),
        ("supporters", (head.supporters >= GOAL) == (head.reached is not None), "co-sponsors and the goal do not fit"),
        ("[reopening]", len({one is None for one in again}) == 1, "a reopening needs lapsed, reopened and days_left"),
        ("co_leads", bool(head.co_leads), "it needs an accepted co-lead"),
        ("cosponsors", not leading, "who leads it is no co-sponsor"),
        ("[report]", head.report is None or head.stage is Stage.COMPLETED, "only a completed one has a report"),
        ("[[task]]", not tasks, "a task comes from a post of this file"),
        ("days_ago", _in_order(head), "the days do not follow each other"),
    ]
    return [(line, fault) for line, holds, fault in checks if not holds]


def _in_order(head: Head) -> bool:
    days = [head.days_ago, head.reached or head.lapsed, head.reopened, head.closed, 0.0]
    known = [one for one in days if one is not None]
    return known == sorted(known, reverse=True) and all(
        one.days_ago <= (head.reached or head.days_ago) for one in head.answer
    )
