"""What Schulze's method and instant run-off promise, each held to its own word (forum/polls/README.md)."""
from collections.abc import Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forum.polls import ranked
from forum.polls.ranked import Pairs, instant_runoff, preferences, schulze, widest_paths
from tests.polls.drawing import OPTIONS, many_rankings

A, B, C, D, E = range(5)
Rankings = list[tuple[int, ...]]


def by_schulze(rankings: Rankings, options: Sequence[int] = OPTIONS) -> set[int]:
    return set(schulze(options, preferences(options, rankings))[0])


def by_runoff(rankings: Rankings, options: Sequence[int] = OPTIONS) -> set[int]:
    return set(instant_runoff(options, rankings).places[0])


METHODS = pytest.mark.parametrize("winners", [by_schulze, by_runoff])


def without(rankings: Rankings, gone: int) -> Rankings:
    return [tuple(option for option in order if option != gone) for order in rankings]


def many(said: str) -> Rankings:
    """``5 ACBED, 3 BA`` as 5 rankings of one kind and 3 of the other."""
    found = (part.split() for part in said.split(","))
    return [tuple("ABCDE".index(letter) for letter in order) for times, order in found for _ in range(int(times))]


# Examples


def test_schulzes_own_example() -> None:
    """Section 3.1 of his paper: 45 voters, five options, order E > A > C > B > D."""
    rankings = many("5 ACBED, 5 ADECB, 8 BEDAC, 3 CABED, 7 CAEBD, 2 CBADE, 7 DCEBA, 8 EBADC")
    pairs = preferences(range(5), rankings)
    assert (pairs[A][B], pairs[B][A], pairs[E][D]) == (20, 25, 31)
    widest = widest_paths(range(5), pairs)
    assert [widest[A][b] for b in (B, C, D, E)] == [28, 28, 30, 24]
    assert schulze(range(5), pairs) == ((E,), (A,), (C,), (B,), (D,))


def test_a_runoff_moves_the_ballots_of_the_last() -> None:
    found = instant_runoff(range(3), many("4 AB, 3 BA, 2 C, 2 CB"))
    assert [one.votes for one in found.rounds] == [{A: 4, B: 3, C: 4}, {A: 7, C: 4}]
    assert found.places == ((A,), (C,), (B,))
    assert found.support == 7
    moved = instant_runoff(range(3), many("4 AB, 4 BA, 2 C, 1 CB"))
    assert [one.exhausted for one in moved.rounds] == [0, 2]
    assert (moved.places, moved.support) == (((B,), (A,), (C,)), 5)


def test_a_tie_for_the_last_place_that_matters_is_told() -> None:
    """Without B, C wins 6:4; without C, B does: dropping both together would have elected A."""
    found = instant_runoff(range(3), many("4 A, 3 BC, 3 CB"))
    assert found.places == ((B, C), (A,))
    assert (found.rounds[-1].out, found.rounds[-1].forks) == ((B, C), True)


def test_a_tie_for_the_last_place_that_elects_one_in_any_case_elects_it() -> None:
    found = instant_runoff(range(3), many("4 A, 3 BA, 3 CA"))
    assert found.places == ((A,), (B, C))
    assert found.support == 7


def test_those_tied_far_below_leave_together() -> None:
    found = instant_runoff(range(5), many("5 A, 4 B, 1 CB, 1 DB"))
    assert [one.out for one in found.rounds] == [(E,), (C, D), ()]
    assert found.places == ((B,), (A,), (C, D), (E,))


def test_more_ways_than_can_be_followed_end_in_a_tie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranked, "MOST_WAYS", 1)
    assert instant_runoff(range(3), many("4 A, 3 BA, 3 CA")).places == ((A, B, C),)


# Both


@METHODS
@given(many_rankings())
def test_a_majority_wins(winners: object, rankings: Rankings) -> None:
    for option in OPTIONS:
        if 2 * sum(order[0] == option for order in rankings) > len(rankings):
            assert winners(rankings) == {option}  # type: ignore[operator]


@METHODS
@given(many_rankings())
def test_who_loses_to_everybody_does_not_win(winners: object, rankings: Rankings) -> None:
    pairs = preferences(OPTIONS, rankings)
    for option in OPTIONS:
        if all(pairs[option][b] < pairs[b][option] for b in OPTIONS if b != option):
            assert option not in winners(rankings)  # type: ignore[operator]


@METHODS
@given(many_rankings(), st.data())
def test_clones_neither_help_nor_harm(winners: object, rankings: Rankings, data: st.DataObject) -> None:
    """Two that everybody ranks side by side, in whichever order, stand for one."""
    cloned, other = 4, 99
    split: Rankings = []
    for order in rankings:
        pair = data.draw(st.sampled_from([(cloned, other), (other, cloned)]))
        split.append(tuple(o for option in order for o in (pair if option == cloned else (option,))))
    before = winners(rankings)  # type: ignore[operator]
    after = winners(split, (*OPTIONS, other))  # type: ignore[operator]
    assert after - {cloned, other} == before - {cloned}
    assert bool(after & {cloned, other}) == (cloned in before)


# Schulze


@given(many_rankings())
def test_strengths_are_those_of_the_best_of_all_paths(rankings: Rankings) -> None:
    pairs = preferences(OPTIONS, rankings)
    found = widest_paths(OPTIONS, pairs)
    for a, b in permutations(OPTIONS, 2):
        assert found[a][b] == max(strength(pairs, path) for path in paths(a, b))


def paths(a: int, b: int) -> list[tuple[int, ...]]:
    between = [option for option in OPTIONS if option not in (a, b)]
    return [(a, *way, b) for length in range(len(between) + 1) for way in permutations(between, length)]


def strength(pairs: Pairs, path: tuple[int, ...]) -> int:
    return min(pairs[a][b] if pairs[a][b] > pairs[b][a] else 0 for a, b in pairwise(path))


@given(many_rankings())
def test_preferences_are_counted_ballot_by_ballot(rankings: Rankings) -> None:
    pairs = preferences(OPTIONS, rankings)
    for a, b in permutations(OPTIONS, 2):
        prefer = [a in order and (b not in order or order.index(a) < order.index(b)) for order in rankings]
        assert pairs[a][b] == sum(prefer)


@given(many_rankings())
def test_who_beats_everybody_wins_alone(rankings: Rankings) -> None:
    pairs = preferences(OPTIONS, rankings)
    for option in OPTIONS:
        if all(pairs[option][b] > pairs[b][option] for b in OPTIONS if b != option):
            assert by_schulze(rankings) == {option}


def smith(pairs: Pairs) -> set[int]:
    """The smallest set of options whose members each beat all that are not in it."""
    for size in range(1, len(OPTIONS) + 1):
        for order in permutations(OPTIONS, size):
            outside = set(OPTIONS) - set(order)
            if all(pairs[a][b] > pairs[b][a] for a in order for b in outside):
                return set(order)
    raise AssertionError


@given(many_rankings(), st.data())
def test_removing_one_that_the_smith_set_beats_changes_no_winner(rankings: Rankings, data: st.DataObject) -> None:
    inside = smith(preferences(OPTIONS, rankings))
    winners = by_schulze(rankings)
    assert winners <= inside
    outside = sorted(set(OPTIONS) - inside)
    assume(outside)
    gone = data.draw(st.sampled_from(outside))
    left = [option for option in OPTIONS if option != gone]
    assert by_schulze(without(rankings, gone), left) == winners


def test_removing_a_loser_of_the_smith_set_may_change_the_winner() -> None:
    """No method that counts ranks and heeds everybody can promise more (Arrow): A beats B, B beats C, C beats A."""
    cycle = many("4 ABC, 3 BCA, 2 CAB")
    assert by_schulze(cycle, (A, B, C)) == {A}
    assert by_schulze(without(cycle, B), (A, C)) == {C}


@given(many_rankings(), st.data())
def test_ranking_a_winner_higher_does_not_harm_it(rankings: Rankings, data: st.DataObject) -> None:
    winner = data.draw(st.sampled_from(sorted(by_schulze(rankings))))
    place = data.draw(st.integers(0, len(rankings) - 1))
    order = rankings[place]
    at = order.index(winner) if winner in order else len(order)
    higher = data.draw(st.integers(0, at))
    rest = [option for option in order if option != winner]
    raised = [*rankings]
    raised[place] = (*rest[:higher], winner, *rest[higher:])
    assert winner in by_schulze(raised)


@given(many_rankings(whole=True))
def test_turning_all_ballots_round_turns_the_winner_into_a_loser(rankings: Rankings) -> None:
    winners = by_schulze(rankings)
    if len(winners) == 1:
        assert not winners & by_schulze([order[::-1] for order in rankings])


@given(many_rankings())
def test_what_nobody_disputes_wins_over_what_it_dominates(rankings: Rankings) -> None:
    """Pareto: where somebody prefers a to b and nobody b to a, b does not win without a."""
    pairs = preferences(OPTIONS, rankings)
    winners = by_schulze(rankings)
    for a, b in permutations(OPTIONS, 2):
        if pairs[a][b] and not pairs[b][a] and b in winners:
            assert a in winners


# Instant run-off


@given(many_rankings())
def test_removing_who_leaves_first_changes_no_winner(rankings: Rankings) -> None:
    found = instant_runoff(OPTIONS, rankings)
    first = found.rounds[0]
    assume(first.out and not first.forks)
    kept = [option for option in OPTIONS if option not in first.out]
    left = rankings
    for option in first.out:
        left = without(left, option)
    assert set(instant_runoff(kept, left).places[0]) == set(found.places[0])


@given(many_rankings(), st.data())
def test_ranking_more_options_behind_a_winner_does_not_harm_it(rankings: Rankings, data: st.DataObject) -> None:
    """Later-no-harm, which Schulze's method does not promise."""
    winners = by_runoff(rankings)
    place = data.draw(st.integers(0, len(rankings) - 1))
    order = rankings[place]
    others = [option for option in OPTIONS if option not in order]
    assume(others and winners & set(order))
    longer = [*rankings]
    longer[place] = (*order, data.draw(st.sampled_from(others)))
    assert winners & set(order) <= by_runoff(longer)


@settings(max_examples=60)
@given(many_rankings())
def test_winners_are_those_of_every_way_of_breaking_ties(rankings: Rankings) -> None:
    assert by_runoff(rankings) == {last_one(rankings, list(order)) for order in permutations(OPTIONS)}


def last_one(rankings: Rankings, order: list[int]) -> int:
    """Who is left when options leave one by one, ties broken by ``order`` wherever they come up."""
    left = list(OPTIONS)
    while len(left) > 1:
        first = [next((option for option in one if option in left), None) for one in rankings]
        left.remove(min(left, key=lambda option: (first.count(option), order.index(option))))
    return left[0]
