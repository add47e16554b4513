"""Ballots drawn for the property tests: few options and few ballots, since ties and cycles are what may go wrong."""
from collections.abc import Sequence

from hypothesis import strategies as st

from forum.polls.ballots import Rules
from forum.polls.models import Method, PollKind, Stance

Ballot = dict[int, int]
OPTIONS = (3, 1, 4, 15)


def ballots_of(kind: PollKind, options: Sequence[int] = OPTIONS) -> st.SearchStrategy[Ballot]:
    match kind:
        case PollKind.SINGLE | PollKind.PROPOSAL:
            return st.sampled_from(options).map(lambda option: {option: 1})
        case PollKind.MULTIPLE:
            return st.sets(st.sampled_from(options), min_size=1).map(lambda chosen: dict.fromkeys(chosen, 1))
        case PollKind.RANKED:
            return rankings(options).map(lambda order: {option: rank for rank, option in enumerate(order, 1)})
        case PollKind.SCORE:
            return st.dictionaries(st.sampled_from(options), st.integers(0, 5), min_size=1)
        case PollKind.TIME:
            return st.dictionaries(st.sampled_from(options), st.integers(0, 2), min_size=1)


def rankings(options: Sequence[int] = OPTIONS, *, whole: bool = False) -> st.SearchStrategy[tuple[int, ...]]:
    orders = st.permutations(options)
    if whole:
        return orders.map(tuple)
    return st.tuples(orders, st.integers(1, len(options))).map(lambda drawn: tuple(drawn[0][: drawn[1]]))


def many_rankings(options: Sequence[int] = OPTIONS, *, whole: bool = False) -> st.SearchStrategy[list[tuple[int, ...]]]:
    return st.lists(rankings(options, whole=whole), min_size=1, max_size=12)


@st.composite
def polls(draw: st.DrawFn, kinds: Sequence[PollKind] = tuple(PollKind)) -> tuple[Rules, tuple[int, ...], list[Ballot]]:
    rules = Rules(
        kind=draw(st.sampled_from(kinds)),
        method=draw(st.sampled_from(Method)),
        score_max=5,
        quorum=draw(st.none() | st.integers(0, 8)),
        share=draw(st.none() | st.integers(1, 100)),
    )
    assert len(OPTIONS) == len(Stance)
    return rules, OPTIONS, draw(st.lists(ballots_of(rules.kind), max_size=12))
