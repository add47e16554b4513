"""What the kinds of polls ask, and whether a ballot answers it; pure."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from forum.kit.errors import Invalid
from forum.kit.fields import body_field
from forum.polls.models import Method, PollKind, Stance

REASON_LENGTH: Final = 2_000


class Presence(IntEnum):
    """The marks of a time poll."""

    NO = 0
    IF_NEED_BE = 1
    YES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """As the poll's row holds them: what does not belong to its kind is None, and so is a quorum nobody asked for."""

    kind: PollKind
    method: Method | None = None
    most_choices: int | None = None
    score_max: int | None = None
    block_needs_reason: bool = False
    quorum: int | None = None
    share: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanBallot:
    marks: dict[int, int]
    reason: str = ""


def check_ballot(rules: Rules, options: Sequence[int], marks: Mapping[int, int], reason: str = "") -> CleanBallot:
    """The ballot as it is kept: ranks closed up to 1, 2, 3 …, reason trimmed; Invalid names ``marks`` or ``reason``.

    ``options`` are the poll's, in their order: a proposal's four are its stances.
    """
    if wrong := _refused(rules, options, marks):
        raise Invalid({"marks": wrong})
    reason = body_field(reason, "reason", least=0, most=REASON_LENGTH)
    if rules.kind is PollKind.PROPOSAL and rules.block_needs_reason and not reason:
        stances = dict(zip(options, Stance, strict=True))
        if any(stances[option] is Stance.BLOCK for option in marks):
            raise Invalid({"reason": "block_needs_reason"})
    kept = dict(marks)
    if rules.kind is PollKind.RANKED:
        kept = {option: rank for rank, option in enumerate(ranking(marks), start=1)}
    return CleanBallot(marks=kept, reason=reason)


def ranking(marks: Mapping[int, int]) -> tuple[int, ...]:
    """The ranked options of a ballot, the best first."""
    return tuple(sorted(marks, key=lambda option: marks[option]))


def _refused(rules: Rules, options: Sequence[int], marks: Mapping[int, int]) -> str | None:
    if not marks:
        return "empty_ballot"
    if not set(marks) <= set(options):
        return "foreign_option"
    least, most = _range_of_marks(rules, len(options))
    if any(not least <= mark <= most for mark in marks.values()):
        return "mark_out_of_range"
    if len(marks) > _most_marks(rules, len(options)):
        return "too_many_choices"
    if rules.kind is PollKind.RANKED and len(set(marks.values())) < len(marks):
        return "double_rank"
    return None


def _range_of_marks(rules: Rules, options: int) -> tuple[int, int]:
    match rules.kind:
        case PollKind.SCORE:
            return 0, rules.score_max or 0
        case PollKind.TIME:
            return Presence.NO, Presence.YES
        case PollKind.RANKED:
            return 1, options
        case _:
            return 1, 1


def _most_marks(rules: Rules, options: int) -> int:
    match rules.kind:
        case PollKind.SINGLE | PollKind.PROPOSAL:
            return 1
        case PollKind.MULTIPLE:
            return rules.most_choices or options
        case _:
            return options
