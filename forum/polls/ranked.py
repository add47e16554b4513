"""Two ways to count ranked ballots, Schulze's and instant run-off; pure. README.md says what each of them promises.

A ranking is a tuple of options, the best first; options that are left out stand tied below those that are named.
"""
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Places = tuple[tuple[int, ...], ...]
Pairs = dict[int, dict[int, int]]
# Sets of options still in that are followed where ties fork; ties of real groups take a handful.
MOST_WAYS: Final = 256


def preferences(options: Sequence[int], rankings: Sequence[tuple[int, ...]]) -> Pairs:
    """``pairs[a][b]`` is the number of ballots that prefer a to b.

    A row is one large integer with a lane of bits for each option, wide enough for all ballots: what stands below an
    option is counted in one addition, 30 a ballot instead of 435.
    """
    width = len(rankings).bit_length() + 1
    lane = {option: 1 << (width * place) for place, option in enumerate(options)}
    every = sum(lane.values())
    rows = dict.fromkeys(options, 0)
    for ranking in rankings:
        below = every
        for option in ranking:
            below -= lane[option]
            rows[option] += below
    mask = (1 << width) - 1
    return {a: {b: rows[a] >> (width * place) & mask for place, b in enumerate(options)} for a in options}


def widest_paths(options: Sequence[int], pairs: Pairs) -> Pairs:
    """The strength of the strongest path between every two: that of its weakest victory, in ballots that won it."""
    widest = {a: {b: pairs[a][b] if pairs[a][b] > pairs[b][a] else 0 for b in options} for a in options}
    for middle in options:
        onwards = widest[middle]
        for row in widest.values():
            reach = row[middle]
            for b in options:
                row[b] = max(row[b], min(reach, onwards[b]))
    return widest


def schulze(options: Sequence[int], pairs: Pairs) -> Places:
    """The places, the best first: in each stand all that none of those left beats, tied where they are several."""
    widest = widest_paths(options, pairs)
    left, places = list(options), []
    while left:
        best = tuple(a for a in left if all(widest[a][b] >= widest[b][a] for b in left))
        places.append(best)
        left = [a for a in left if a not in best]
    return tuple(places)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """``votes`` by option still in; ``out`` leave after it or, where it ``forks``, are tied for the last place."""

    votes: dict[int, int]
    exhausted: int
    out: tuple[int, ...] = ()
    forks: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Runoff:
    """``support`` is the least number of votes with which the winner wins, whichever way ties are broken."""

    places: Places
    rounds: tuple[Round, ...]
    support: int


Piles = Mapping[int, list[tuple[tuple[int, ...], int]]]


def instant_runoff(options: Sequence[int], rankings: Sequence[tuple[int, ...]]) -> Runoff:
    """Last places leave until one option has more than half of what is left; all that some breaking of ties elects win.

    The rounds are told up to the first tie for the last place that could matter.
    """
    piles: Piles = {option: [] for option in options}
    _deal(piles, ((ranking, -1) for ranking in rankings))
    rounds: list[Round] = []
    while True:
        votes = {option: len(pile) for option, pile in piles.items()}
        exhausted = len(rankings) - sum(votes.values())
        out = () if _majority(votes) is not None else _last(votes)
        forks = bool(out) and not _leave_together(votes, out)
        rounds.append(Round(votes=votes, exhausted=exhausted, out=out, forks=forks))
        if not out or forks:
            break
        piles = _without(piles, out)
    winners = _winners(piles)
    return Runoff(places=_places(rounds, set(winners)), rounds=tuple(rounds), support=min(winners.values()))


def _winners(piles: Piles) -> dict[int, int]:
    try:
        return _Ways().winners(piles)
    except _TooManyWaysError:
        # Who is left is told as tied, all of them: it promises nobody too much, and no order of options decides it.
        return {option: len(pile) for option, pile in piles.items()}


def _places(rounds: Sequence[Round], winners: set[int]) -> Places:
    """Behind the winners, those of the last round by its votes (together where it forks), then who left, last first."""
    end = rounds[-1]
    rest: dict[int, list[int]] = defaultdict(list)
    for option, votes in end.votes.items():
        if option not in winners:
            rest[0 if end.forks else votes].append(option)
    behind = [tuple(rest[votes]) for votes in sorted(rest, reverse=True)]
    first = tuple(option for option in end.votes if option in winners)
    return (first, *behind, *(one.out for one in reversed(rounds[:-1])))


class _TooManyWaysError(Exception):
    pass


class _Ways:
    """Follows every way of breaking the ties; what is left of the ballots depends only on who is still in."""

    def __init__(self) -> None:
        self.known: dict[frozenset[int], dict[int, int]] = {}

    def winners(self, piles: Piles) -> dict[int, int]:
        """Who wins in some way, each with the fewest votes of its victories."""
        still_in = frozenset(piles)
        if still_in not in self.known:
            if len(self.known) >= MOST_WAYS:
                raise _TooManyWaysError
            self.known[still_in] = self._found(piles)
        return self.known[still_in]

    def _found(self, piles: Piles) -> dict[int, int]:
        votes = {option: len(pile) for option, pile in piles.items()}
        if (winner := _majority(votes)) is not None:
            return {winner: votes[winner]}
        if not any(votes.values()):
            return votes
        last = _last(votes)
        if _leave_together(votes, last):
            return self.winners(_without(piles, last))
        found: dict[int, int] = {}
        for option in last:
            for winner, support in self.winners(_without(piles, (option,))).items():
                found[winner] = min(support, found.get(winner, support))
        return found


def _majority(votes: Mapping[int, int]) -> int | None:
    """Who has more than half of the ballots that still count, or is alone."""
    best = max(votes, key=lambda option: votes[option])
    return best if len(votes) == 1 or 2 * votes[best] > sum(votes.values()) else None


def _last(votes: Mapping[int, int]) -> tuple[int, ...]:
    fewest = min(votes.values())
    return tuple(option for option, count in votes.items() if count == fewest)


def _leave_together(votes: Mapping[int, int], last: Sequence[int]) -> bool:
    """Whether those tied for the last place leave one after the other however the tie is broken.

    So it is for one alone, and for several whose votes together are fewer than anybody else's: not even all of
    them would lift one of the tied above the next.
    """
    if len(last) == 1:
        return True
    others = [count for option, count in votes.items() if option not in last]
    return bool(others) and sum(votes[option] for option in last) < min(others)


def _without(piles: Piles, out: Sequence[int]) -> Piles:
    kept = {option: pile for option, pile in piles.items() if option not in out}
    moved: dict[int, list[tuple[tuple[int, ...], int]]] = {option: [] for option in kept}
    _deal(moved, (ballot for option in out for ballot in piles[option]))
    return {option: pile + moved[option] if moved[option] else pile for option, pile in kept.items()}


def _deal(piles: Piles, ballots: Iterable[tuple[tuple[int, ...], int]]) -> None:
    """Puts each ballot on the pile of its next option that is still in; one that names no more of them is exhausted."""
    for ranking, place in ballots:
        for place_of_next in range(place + 1, len(ranking)):
            if (option := ranking[place_of_next]) in piles:
                piles[option].append((ranking, place_of_next))
                break
