"""What a new poll asks for, checked and complete; pure but for what it is given as now."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from forum.kit.errors import Invalid
from forum.kit.fields import line_field
from forum.polls.models import Method, PollKind, Stance
from forum.polls.moments import moments
from forum.polls.schemas import NewPoll

LEAST_OPTIONS, MOST_OPTIONS = 2, 30
LONGEST: Final = timedelta(days=366)
SCORE_MAX: Final = 5
# Which kinds a field speaks to; of any other it is refused, so that nobody believes in a rule that is not there.
SPEAKS_TO: Final = {
    "options": {PollKind.SINGLE, PollKind.MULTIPLE, PollKind.SCORE, PollKind.RANKED},
    "moments": {PollKind.TIME},
    "zone": {PollKind.TIME},
    "method": {PollKind.RANKED},
    "most_choices": {PollKind.MULTIPLE},
    "score_max": {PollKind.SCORE},
    "block_needs_reason": {PollKind.PROPOSAL},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option: exactly one of a text, a stance and a moment."""

    text: str = ""
    stance: Stance | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    question: str
    choices: tuple[Choice, ...]
    method: Method | None
    most_choices: int | None
    score_max: int | None
    zone: str | None


def terms_of(wish: NewPoll) -> Terms:
    """Raises Invalid, which names the field."""
    question = line_field(wish.question, "question", least=2, most=200)
    wrong = {
        field: "not_for_this_kind"
        for field, kinds in SPEAKS_TO.items()
        if wish.kind not in kinds and getattr(wish, field)
    }
    if wrong:
        raise Invalid(wrong)
    choices = _CHOICES.get(wish.kind, _texts)(wish)
    if wish.kind is PollKind.MULTIPLE and (wish.most_choices or 0) > len(choices):
        raise Invalid({"most_choices": "more_than_options"})
    return Terms(
        question=question,
        choices=choices,
        method=(wish.method or Method.SCHULZE) if wish.kind is PollKind.RANKED else None,
        most_choices=(wish.most_choices or len(choices)) if wish.kind is PollKind.MULTIPLE else None,
        score_max=(wish.score_max or SCORE_MAX) if wish.kind is PollKind.SCORE else None,
        zone=wish.zone,
    )


def runs(wish: NewPoll, now: datetime) -> tuple[datetime, datetime]:
    """When it opens and closes (UTC), ``now`` being the database's; it opens now where no later moment is named."""
    opens_at = max(now, _utc(wish.opens_at, "opens_at")) if wish.opens_at else now
    closes_at = _utc(wish.closes_at, "closes_at")
    if closes_at <= opens_at:
        raise Invalid({"closes_at": "closes_too_early"})
    if closes_at > now + LONGEST:
        raise Invalid({"closes_at": "closes_too_late"})
    return opens_at, closes_at


def _utc(moment: datetime, field: str) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # at either end of the calendar
        raise Invalid({field: "not_valid"}) from error


def _texts(wish: NewPoll) -> tuple[Choice, ...]:
    _check_number(wish.options, "options")
    texts = [line_field(text, "options", least=1, most=200) for text in wish.options]
    if len({text.casefold() for text in texts}) < len(texts):
        raise Invalid({"options": "double_option"})
    return tuple(Choice(text=text) for text in texts)


def _stances(_: NewPoll) -> tuple[Choice, ...]:
    return tuple(Choice(stance=stance) for stance in Stance)


def _moments(wish: NewPoll) -> tuple[Choice, ...]:
    if wish.zone is None:
        raise Invalid({"zone": "required"})
    _check_number(wish.moments, "moments")
    found = moments([(moment.date, moment.time) for moment in wish.moments], wish.zone, wish.minutes)
    return tuple(Choice(starts_at=moment.starts_at, ends_at=moment.ends_at) for moment in found)


def _check_number(given: Sequence[object], field: str) -> None:
    if not LEAST_OPTIONS <= len(given) <= MOST_OPTIONS:
        raise Invalid({field: "two_to_thirty"})


_CHOICES: Final[dict[PollKind, Callable[[NewPoll], tuple[Choice, ...]]]] = {
    PollKind.PROPOSAL: _stances,
    PollKind.TIME: _moments,
}
