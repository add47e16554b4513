"""A poll as it stands inside its post: the ballot, the result, what may be done with it."""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup

from forum.kit.errors import Refusal
from forum.polls.models import PollKind
from forum.polls.pages import clocks, words
from forum.polls.policies import Phase, PollState, can_close, can_read_ballots, can_vote, can_write_outcome
from forum.polls.schemas import OptionDoc, PollDoc
from forum.polls.tally import Tally
from forum.threads.policies import ThreadState
from forum.web.language import gettext as _
from forum.web.page import View, errors_of
from forum.web.rendering import fragment

# These stand in their own order; the options of others by their places.
ORDERED = (PollKind.PROPOSAL, PollKind.TIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An option with the reader's ``mark`` and, where it may be shown, what it got: in words and as a bar."""

    id: int
    label: str
    day: str = ""
    mark: int | None = None
    got: str = ""
    bar: int = 0
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A ballot that was refused, as it was sent."""

    marks: Mapping[int, int] = field(default_factory=dict)
    reason: str = ""
    refusal: Refusal | None = None


def state_of(poll: PollDoc, thread: ThreadState) -> PollState:
    return PollState(
        id=poll.id,
        thread=thread,
        post_id=poll.post_id,
        author_id=poll.author_id,
        anonymous=poll.anonymous,
        results=poll.results,
        phase=poll.phase,
        voted=poll.voted,
    )


def block(view: View, poll: PollDoc, thread: ThreadState, typed: Typed | None = None) -> Markup:
    """``typed`` is a vote that was refused: it is shown again, filled, with what to mend."""
    state = state_of(poll, thread)
    own = poll.ballot
    sent = typed or Typed(marks=own.marks if own else {}, reason=own.reason if own else "")
    now = datetime.now(UTC)
    return fragment(
        "polls/block.html",
        view,
        poll=poll,
        rows=_rows(view, poll, sent.marks),
        result_rows=_in_places(view, poll),
        days=_by_day,
        reason=sent.reason,
        errors=errors_of(sent.refusal),
        refused=typed is not None,
        vote=can_vote(view.actor, state),
        may_close=bool(can_close(view.actor, state)),
        may_decide=bool(can_write_outcome(view.actor, state)),
        may_read_ballots=bool(can_read_ballots(view.actor, state)),
        kind=words.kinds()[poll.kind][0],
        left=words.left(poll.closes_at, now),
        opens=clocks.on_the_day(poll.opens_at, view.zone),
        closes=clocks.on_the_day(poll.closes_at, view.zone),
        verdict=words.verdict(poll, poll.result, _winner(view, poll)) if _is_over(poll) and poll.result else "",
        share=_share(poll.result, poll.share),
        counting=list(_counting(view, poll)),
        hidden=words.hidden(poll),
    )


def label(view: View, poll: PollDoc, option: OptionDoc) -> str:
    if option.stance is not None:
        return words.stances()[option.stance]
    if option.starts_at is not None and option.ends_at is not None:
        return clocks.span(option.starts_at, option.ends_at, view.zone, poll.zone or "UTC")
    return option.text


def full_label(view: View, poll: PollDoc, option: OptionDoc) -> str:
    """The label where no day stands above it."""
    told = label(view, poll, option)
    return Markup("%s, %s") % (clocks.day_of(option.starts_at, view.zone), told) if option.starts_at else told


def _rows(view: View, poll: PollDoc, marks: Mapping[int, int]) -> list[Row]:
    return [
        Row(
            id=option.id,
            label=label(view, poll, option),
            day=clocks.day_of(option.starts_at, view.zone) if option.starts_at else "",
            mark=marks.get(option.id),
        )
        for option in poll.options
    ]


def _in_places(view: View, poll: PollDoc) -> list[Row]:
    """The options with what they got, once somebody has voted or nobody can any more."""
    if (result := poll.result) is None or not (result.voters or _is_over(poll)):
        return []
    totals = {total.option: total for total in result.options}
    options = {option.id: option for option in poll.options}
    order = list(options) if poll.kind in ORDERED else [option for place in result.places for option in place]
    rows = []
    for option in order:
        got, bar = words.count_of(poll, result, totals[option])
        rows.append(
            Row(
                id=option,
                label=label(view, poll, options[option]),
                day=clocks.day_of(starts, view.zone) if (starts := options[option].starts_at) else "",
                mark=(poll.ballot.marks if poll.ballot else {}).get(option),
                got=got,
                bar=bar,
                place=_place(poll, result, option),
            )
        )
    return rows


def _place(poll: PollDoc, result: Tally, option: int) -> str:
    """A word for those in the first place; a proposal has none, for its stances do not compete."""
    if poll.kind is PollKind.PROPOSAL or option not in result.winners:
        return ""
    if len(result.winners) > 1:
        return _("Tied for first")
    return _("First") if _is_over(poll) else _("Ahead")


def _winner(view: View, poll: PollDoc) -> str:
    if poll.result is None or not poll.result.winners:
        return ""
    return full_label(view, poll, next(one for one in poll.options if one.id == poll.result.winners[0]))


def _is_over(poll: PollDoc) -> bool:
    return poll.phase is Phase.CLOSED


def _by_day(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    return [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda row: row.day)]


def _share(result: Tally | None, needed: int | None) -> tuple[int, int] | None:
    """Percent that there is, rounded down, and percent that is needed."""
    if result is None or needed is None:
        return None
    return (100 * result.support.count // result.support.of if result.support.of else 0), needed


def _counting(view: View, poll: PollDoc) -> Iterator[str]:
    """How a ranking came about: the rounds of a run-off, or the first one's comparisons."""
    if (result := poll.result) is None or not result.voters:
        return
    names = {option.id: label(view, poll, option) for option in poll.options}
    for number, one in enumerate(result.rounds, start=1):
        votes = sorted(one.votes.items(), key=lambda item: -item[1])
        told = ", ".join(f"{names[option]} {count}" for option, count in votes)
        line = _("Round %(n)s: %(votes)s.") % {"n": number, "votes": told}
        out = ", ".join(names[option] for option in one.out)
        if one.forks:
            line += " " + _("%(options)s are tied for the last place; every way of breaking the tie was followed.") % {
                "options": out
            }
        elif out:
            line += " " + _("Out: %(options)s.") % {"options": out}
        yield line
    if result.pairs:
        ids = [option.id for option in poll.options]
        best = ids.index(result.winners[0])
        for other, option in enumerate(ids):
            if other != best:
                yield _("%(n)s prefer %(first)s to %(other)s, %(m)s the other way round.") % {
                    "n": result.pairs[best][other],
                    "m": result.pairs[other][best],
                    "first": names[ids[best]],
                    "other": names[option],
                }
