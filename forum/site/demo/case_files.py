"""Reads the moderators' cases that were written by hand: what was flagged, by whom and why, and what became of it.

The posts are those that the case is about, and what was said around them. ``days_ago`` is when the first was written;
all other days and hours count back from the demonstration's now.
"""
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from forum.moderation.commands.flag import HIDING
from forum.moderation.models import AppealOutcome, CaseOrigin, Decision, FlagReason, SanctionKind
from forum.site.demo.initiative_files import Days
from forum.site.demo.manuscript import Contribution, Manuscript, read
from forum.threads.models import PostState, ThreadKind

FOLDER: Final = Path(__file__).parent / "cases"
STATES: Final = {
    Decision.HIDE: PostState.HIDDEN,
    Decision.HIDE_AND_SILENCE: PostState.HIDDEN,
    Decision.REMOVE: PostState.REMOVED,
}


class Word(msgspec.Struct, forbid_unknown_fields=True):
    """One member's flag."""

    by: str
    reason: FlagReason
    days_ago: Days = 0
    hours_ago: Days = 0
    note: str = ""

    @property
    def ago(self) -> timedelta:
        return timedelta(days=self.days_ago, hours=self.hours_ago)


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """By a facilitator of the group."""

    by: str
    minutes_ago: float


class Verdict(msgspec.Struct, forbid_unknown_fields=True):
    by: str
    decision: Decision
    days_ago: Days
    reason: FlagReason | None = None


class Penalty(msgspec.Struct, forbid_unknown_fields=True):
    """Given with the verdict, for its words unless ``words`` says something else."""

    kind: SanctionKind
    scope: Literal["group", "site"] = "group"
    days: int | None = None
    words: str = ""
    confirmed_by: str | None = None


class Plea(msgspec.Struct, forbid_unknown_fields=True):
    """The author's appeal; without an ``outcome`` it waits."""

    days_ago: Days
    outcome: AppealOutcome | None = None
    by: str | None = None
    decided_days_ago: Days = 0


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """It is about the ``post`` of that number in this file, its whole thread, a profile or an initiative.

    The posts stand in the ``thread`` of that key, or begin one of their own in ``group``.
    """

    days_ago: Days = 0
    origin: CaseOrigin = CaseOrigin.FLAG
    about: Literal["post", "thread"] = "post"
    post: Annotated[int, msgspec.Meta(ge=1)] = 1
    thread: str | None = None
    group: str | None = None
    title: str = ""
    kind: ThreadKind = ThreadKind.DISCUSSION
    profile: str | None = None
    initiative: str | None = None
    flag: list[Word] = []
    claim: Claim | None = None
    verdict: Verdict | None = None
    sanction: Penalty | None = None
    appeal: Plea | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One case; ``key`` names the thread that its posts begin as well."""

    key: str
    language: str
    head: Head
    parts: dict[str, str]
    posts: tuple[Contribution, ...]

    @property
    def people(self) -> set[str]:
        """Who flags it, and so reads the group."""
        return {flag.by for flag in self.head.flag}

    @property
    def auto_hidden(self) -> bool:
        return self.is_about_post and len(self.head.flag) >= HIDING

    @property
    def is_about_post(self) -> bool:
        head = self.head
        return head.about == "post" and head.profile is None and head.initiative is None

    @property
    def opened(self) -> timedelta:
        """How long ago: with its first flag, or with the post that waits."""
        if self.head.flag:
            return max(flag.ago for flag in self.head.flag)
        return self.written(self.head.post)

    def written(self, number: int) -> timedelta:
        """How long ago post ``number`` of this file was written."""
        return timedelta(days=self.head.days_ago, hours=-self.posts[number - 1].hours)

    @property
    def state(self) -> PostState:
        """What the post is by now."""
        head = self.head
        if head.verdict is None:
            waits = PostState.PENDING if head.origin is CaseOrigin.NEWCOMER else PostState.PUBLIC
            return PostState.HIDDEN if self.auto_hidden else waits
        if head.appeal and head.appeal.outcome is AppealOutcome.OVERTURNED:
            return PostState.PUBLIC
        return STATES.get(head.verdict.decision, PostState.PUBLIC)


def read_case(path: Path) -> Told:
    """Read one case, and refuse one that does not hold together."""
    found = read(path)
    case = Told("case:" + found.key, found.language, found.head_as(Head), found.parts, found.posts)
    for line, fault in _faults(case, found):
        found.blame(fault, line)
    return case


def read_cases() -> list[Told]:
    """Read every folder, in the order of the names."""
    return [read_case(path) for path in sorted(FOLDER.glob("*/*.md"))]


def _faults(case: Told, found: Manuscript) -> list[tuple[str, str]]:
    head, verdict, appeal = case.head, case.head.verdict, case.head.appeal
    flaggers = [flag.by for flag in head.flag]
    spoken = verdict is not None and verdict.decision is not Decision.NO_ACTION
    wanted = {
        *(["words"] if spoken else []),
        *(["appeal"] if appeal else []),
        *(["answer"] if appeal and appeal.outcome else []),
    }
    places = [head.thread, head.group, head.profile, head.initiative]
    silences = head.sanction is not None and head.sanction.kind is SanctionKind.SILENCE
    checks = [
        ("thread", sum(place is not None for place in places) == 1, "a thread, a group, a profile or an initiative"),
        ("group", (head.group is None) == (not head.title), "a thread of its own has a group and a title"),
        ("post", not case.is_about_post or head.post <= len(found.posts), f"there is no post {head.post}"),
        ("[[flag]]", (head.origin is CaseOrigin.FLAG) == bool(flaggers), "flags make a flagged case"),
        ("[[flag]]", not case.posts or case.opened <= case.written(head.post), "it is flagged before it is written"),
        ("[[flag]]", len(flaggers) == len(set(flaggers)), "somebody flags it twice"),
        ("[claim]", head.claim is None or verdict is None, "what is decided, nobody claims"),
        ("[verdict]", not verdict or timedelta(verdict.days_ago) < case.opened, "it is decided before it is opened"),
        ("reason", not spoken or (verdict and verdict.reason is not None), "who acts says for what reason"),
        ("[sanction]", head.sanction is None or spoken, "a sanction comes with a decision"),
        ("decision", silences == (spoken and verdict and verdict.decision is Decision.HIDE_AND_SILENCE), "and silence"),
        ("[appeal]", appeal is None or spoken, "nobody appeals against nothing"),
        ("[appeal]", appeal is None or (appeal.outcome is None) == (appeal.by is None), "somebody decides an appeal"),
        ("[appeal]", not appeal or not verdict or appeal.by != verdict.by, "an appeal is decided by somebody else"),
        ("--- ", found.parts.keys() == wanted, f"the parts must be {', '.join(sorted(wanted)) or 'none'}"),
    ]
    return [(line, fault) for line, holds, fault in checks if not holds]
