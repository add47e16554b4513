"""Ballots in, the result out; pure. README.md says how each kind is counted, and after whom."""
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forum.polls.ballots import Presence, Rules, ranking
from forum.polls.models import Method, PollKind, Stance
from forum.polls.ranked import Places, Round, instant_runoff, preferences, schulze

Ballots = Sequence[Mapping[int, int]]


class Failing(StrEnum):
    """Why a poll does not carry; the first that holds, in this order."""

    NO_VOTES = "no_votes"
    NO_QUORUM = "no_quorum"
    BLOCKED = "blocked"
    TIED = "tied"
    OUTVOTED = "outvoted"
    BELOW_SHARE = "below_share"


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionTotal:
    """``votes``: ballots that chose it, ranked it first, said yes, scored it above 0; ``points``: its scores added."""

    option: int
    votes: int = 0
    if_need_be: int = 0
    no: int = 0
    points: int = 0
    mean: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """What the share is compared with: ``count`` of ``of``, e.g. 12 of 17 who took a side."""

    count: int
    of: int

    def reaches(self, percent: int) -> bool:
        return self.of > 0 and 100 * self.count >= percent * self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """``places`` hold the options, the best first, tied ones together; the first place wins.

    ``options`` keep the poll's order. ``pairs`` (Schulze): row by row, how many ballots prefer this option to that.
    ``rounds`` (instant run-off) end with a majority, or where a tie forks the story.
    """

    voters: int
    options: tuple[OptionTotal, ...]
    places: Places
    support: Support
    quorum_met: bool
    share_met: bool
    carries: bool
    why_not: Failing | None
    pairs: tuple[tuple[int, ...], ...] = ()
    rounds: tuple[Round, ...] = ()

    @property
    def winners(self) -> tuple[int, ...]:
        return self.places[0] if self.voters else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    options: tuple[OptionTotal, ...]
    places: Places
    support: Support
    pairs: tuple[tuple[int, ...], ...] = ()
    rounds: tuple[Round, ...] = ()


def tally(rules: Rules, options: Sequence[int], ballots: Ballots) -> Tally:
    """Counts checked ballots; their order, and that of the marks in them, changes nothing.

    ``options`` are the poll's, in their order, at least one: a proposal's four are its stances.
    """
    counted = _COUNTS[rules.kind](rules, options, ballots)
    why_not = _failing(rules, counted, len(ballots))
    return Tally(
        voters=len(ballots),
        options=counted.options,
        places=counted.places,
        support=counted.support,
        quorum_met=_quorum_met(rules, len(ballots)),
        share_met=_share_met(rules, counted.support),
        carries=why_not is None,
        why_not=why_not,
        pairs=counted.pairs,
        rounds=counted.rounds,
    )


def _failing(rules: Rules, counted: _Counted, voters: int) -> Failing | None:
    if not voters:
        return Failing.NO_VOTES
    if not _quorum_met(rules, voters):
        return Failing.NO_QUORUM
    if rules.kind is PollKind.PROPOSAL:
        found = _failing_proposal(counted)
    else:
        found = Failing.TIED if len(counted.places[0]) > 1 else None
    return found or (None if _share_met(rules, counted.support) else Failing.BELOW_SHARE)


def _failing_proposal(counted: _Counted) -> Failing | None:
    votes = dict(zip(Stance, (one.votes for one in counted.options), strict=True))
    if votes[Stance.BLOCK]:
        return Failing.BLOCKED
    if votes[Stance.AGREE] == votes[Stance.DISAGREE]:
        return Failing.TIED
    return Failing.OUTVOTED if votes[Stance.AGREE] < votes[Stance.DISAGREE] else None


def _quorum_met(rules: Rules, voters: int) -> bool:
    return voters >= (rules.quorum or 0)


def _share_met(rules: Rules, support: Support) -> bool:
    return rules.share is None or support.reaches(rules.share)


def _chosen(_: Rules, options: Sequence[int], ballots: Ballots) -> _Counted:
    votes = {option: sum(option in marks for marks in ballots) for option in options}
    places = _placed(options, lambda option: votes[option])
    return _Counted(
        options=tuple(OptionTotal(option=option, votes=votes[option]) for option in options),
        places=places,
        support=Support(count=votes[places[0][0]], of=len(ballots)),
    )


def _stances(rules: Rules, options: Sequence[int], ballots: Ballots) -> _Counted:
    """Abstaining counts for the quorum and for no side."""
    counted = _chosen(rules, options, ballots)
    votes = dict(zip(Stance, (one.votes for one in counted.options), strict=True))
    sides = Support(count=votes[Stance.AGREE], of=len(ballots) - votes[Stance.ABSTAIN])
    return _Counted(options=counted.options, places=counted.places, support=sides)


def _scored(rules: Rules, options: Sequence[int], ballots: Ballots) -> _Counted:
    """An option without a score has 0 from that ballot, or few warm friends would outdo many."""
    points = {option: sum(marks.get(option, 0) for marks in ballots) for option in options}
    places = _placed(options, lambda option: points[option])
    totals = (
        OptionTotal(
            option=option,
            votes=sum(marks.get(option, 0) > 0 for marks in ballots),
            points=points[option],
            mean=round(points[option] / len(ballots), 2) if ballots else 0.0,
        )
        for option in options
    )
    best = Support(count=points[places[0][0]], of=len(ballots) * (rules.score_max or 0))
    return _Counted(options=tuple(totals), places=places, support=best)


def _present(_: Rules, options: Sequence[int], ballots: Ballots) -> _Counted:
    """Who can come at all counts first, then for whom it suits; a moment without a mark is a no."""
    yes = {option: sum(marks.get(option) == Presence.YES for marks in ballots) for option in options}
    perhaps = {option: sum(marks.get(option) == Presence.IF_NEED_BE for marks in ballots) for option in options}
    places = _placed(options, lambda option: (yes[option] + perhaps[option], yes[option]))
    totals = (
        OptionTotal(
            option=option,
            votes=yes[option],
            if_need_be=perhaps[option],
            no=len(ballots) - yes[option] - perhaps[option],
        )
        for option in options
    )
    best = places[0][0]
    return _Counted(
        options=tuple(totals), places=places, support=Support(count=yes[best] + perhaps[best], of=len(ballots))
    )


def _ranked(rules: Rules, options: Sequence[int], ballots: Ballots) -> _Counted:
    rankings = [ranking(marks) for marks in ballots]
    first = dict.fromkeys(options, 0)
    for order in rankings:
        first[order[0]] += 1
    totals = tuple(OptionTotal(option=option, votes=first[option]) for option in options)
    if rules.method is Method.INSTANT_RUNOFF:
        runoff = instant_runoff(options, rankings)
        support = Support(count=runoff.support, of=len(ballots))
        return _Counted(options=totals, places=runoff.places, support=support, rounds=runoff.rounds)
    pairs = preferences(options, rankings)
    places = schulze(options, pairs)
    # In a winner's closest comparison; an option without rivals has all who named it.
    closest = min((pairs[a][b] for a in places[0] for b in options if a != b), default=len(ballots))
    return _Counted(
        options=totals,
        places=places,
        support=Support(count=closest, of=len(ballots)),
        pairs=tuple(tuple(pairs[a][b] for b in options) for a in options),
    )


def _placed(options: Sequence[int], measure: Callable[[int], int | tuple[int, int]]) -> Places:
    by_measure: dict[int | tuple[int, int], list[int]] = defaultdict(list)
    for option in options:
        by_measure[measure(option)].append(option)
    return tuple(tuple(by_measure[found]) for found in sorted(by_measure, reverse=True))


_COUNTS: dict[PollKind, Callable[[Rules, Sequence[int], Ballots], _Counted]] = {
    PollKind.SINGLE: _chosen,
    PollKind.MULTIPLE: _chosen,
    PollKind.PROPOSAL: _stances,
    PollKind.SCORE: _scored,
    PollKind.RANKED: _ranked,
    PollKind.TIME: _present,
}
