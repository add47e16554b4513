"""What every kind of poll counts, and what decides whether it carries."""
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.polls.ballots import Rules
from forum.polls.models import Method, PollKind
from forum.polls.tally import Failing, Tally, tally
from tests.polls.drawing import Ballot, polls

A, B, C, D = OPTIONS = (1, 2, 3, 4)
Poll = tuple[Rules, tuple[int, ...], list[Ballot]]


def counted(kind: PollKind, ballots: list[Ballot], *, quorum: int | None = None, share: int | None = None) -> Tally:
    return tally(Rules(kind=kind, score_max=5, quorum=quorum, share=share), OPTIONS, ballots)


def proposal(agree: int, abstain: int, disagree: int, block: int, **asked: int) -> Tally:
    many = zip(OPTIONS, (agree, abstain, disagree, block), strict=True)
    return counted(PollKind.PROPOSAL, [{option: 1} for option, votes in many for _ in range(votes)], **asked)


def test_choices_are_added_up_and_ties_are_told() -> None:
    found = counted(PollKind.MULTIPLE, [{A: 1, B: 1}, {B: 1, C: 1}, {C: 1}])
    assert [one.votes for one in found.options] == [1, 2, 2, 0]
    assert found.places == ((B, C), (A,), (D,))
    assert (found.support.count, found.support.of) == (2, 3)
    assert found.why_not is Failing.TIED


def test_a_score_that_is_not_given_is_none() -> None:
    found = counted(PollKind.SCORE, [{A: 5}, {A: 0, B: 3}, {B: 3}])
    assert [(one.points, one.votes, one.mean) for one in found.options[:2]] == [(5, 1, 1.67), (6, 2, 2.0)]
    assert found.winners == (B,)
    assert (found.support.count, found.support.of) == (6, 15)


def test_the_moment_for_most_people_wins_then_the_one_that_suits_more() -> None:
    found = counted(PollKind.TIME, [{A: 2, B: 1, C: 2}, {A: 2, B: 1, C: 1}, {B: 1, C: 1}])
    totals = [(one.votes, one.if_need_be, one.no) for one in found.options]
    assert totals == [(2, 0, 1), (0, 3, 0), (1, 2, 0), (0, 0, 3)]
    assert found.places == ((C,), (B,), (A,), (D,))
    assert (found.support.count, found.support.of) == (3, 3)


@pytest.mark.parametrize(
    ("stances", "asked", "why_not"),
    [
        ((3, 9, 2, 0), {}, None),
        ((2, 0, 2, 0), {}, Failing.TIED),
        ((0, 5, 0, 0), {}, Failing.TIED),
        ((1, 0, 2, 0), {}, Failing.OUTVOTED),
        ((9, 0, 0, 1), {}, Failing.BLOCKED),
        ((2, 1, 1, 0), {"share": 66}, None),
        ((2, 1, 1, 0), {"share": 67}, Failing.BELOW_SHARE),
        ((3, 1, 0, 0), {"quorum": 4, "share": 100}, None),
        ((3, 0, 0, 0), {"quorum": 4}, Failing.NO_QUORUM),
        ((0, 0, 0, 0), {}, Failing.NO_VOTES),
    ],
)
def test_what_decides_a_proposal(stances: tuple[int, ...], asked: dict[str, int], why_not: Failing | None) -> None:
    found = proposal(*stances, **asked)
    assert found.why_not is why_not
    assert found.carries is (why_not is None)


def test_a_share_is_reached_by_exactly_that_much() -> None:
    ballots = [{A: 1}, {B: 1}, {A: 1}, {C: 1}]
    assert counted(PollKind.SINGLE, ballots, share=50).carries
    short = counted(PollKind.SINGLE, ballots, share=51)
    assert (short.share_met, short.why_not) == (False, Failing.BELOW_SHARE)


def test_nobody_wins_before_anybody_votes() -> None:
    for kind in PollKind:
        for method in Method:
            found = tally(Rules(kind=kind, method=method, share=1, quorum=1), OPTIONS, [])
            assert (found.winners, found.carries, found.quorum_met, found.share_met) == ((), False, False, False)


@given(polls(), st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(poll: Poll, dice: st.DataObject) -> None:
    rules, options, ballots = poll
    shuffled = [dict(dice.sample(list(one.items()), len(one))) for one in ballots]  # type: ignore[attr-defined]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert tally(rules, options, shuffled) == tally(rules, options, ballots)


@given(polls([kind for kind in PollKind if kind is not PollKind.PROPOSAL]), st.permutations(range(4)))
def test_neither_the_order_nor_the_ids_of_options_decide(poll: Poll, order: list[int]) -> None:
    """A proposal's options have their order by definition."""
    rules, options, ballots = poll
    name = dict(zip(options, (70, 60, 90, 80), strict=True))
    renamed = [{name[option]: mark for option, mark in one.items()} for one in ballots]
    other = tally(rules, [name[options[place]] for place in order], renamed)
    found = tally(rules, options, ballots)
    assert [{name[option] for option in place} for place in found.places] == [set(place) for place in other.places]
    assert (other.support, other.why_not, len(other.rounds)) == (found.support, found.why_not, len(found.rounds))


@given(polls())
def test_every_ballot_is_counted_and_every_option_placed_once(poll: Poll) -> None:
    rules, options, ballots = poll
    found = tally(rules, options, ballots)
    assert found.voters == len(ballots)
    assert [one.option for one in found.options] == list(options)
    assert sorted(option for place in found.places for option in place) == sorted(options)
    assert all(found.places)
    if rules.kind in (PollKind.SINGLE, PollKind.PROPOSAL, PollKind.RANKED):
        assert sum(one.votes for one in found.options) == len(ballots)
    if rules.kind is PollKind.TIME:
        assert {one.votes + one.if_need_be + one.no for one in found.options} == {len(ballots)}
    for one in found.rounds:
        assert sum(one.votes.values()) + one.exhausted == len(ballots)
    assert 0 <= found.support.count <= found.support.of or not ballots


@given(polls([PollKind.MULTIPLE, PollKind.SCORE, PollKind.TIME]), st.data())
def test_where_options_are_marked_by_themselves_removing_a_loser_changes_no_winner(
    poll: Poll, data: st.DataObject
) -> None:
    rules, options, ballots = poll
    found = tally(rules, options, ballots)
    losers = [option for option in options if option not in found.places[0]]
    if not losers or not ballots:
        return
    gone = data.draw(st.sampled_from(losers))
    without = [{option: mark for option, mark in one.items() if option != gone} for one in ballots]
    left = tally(rules, [option for option in options if option != gone], without)
    assert left.places == tuple(place for place in (tuple(o for o in p if o != gone) for p in found.places) if place)


@given(polls())
def test_a_result_survives_being_stored(poll: Poll) -> None:
    found = tally(*poll)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Tally) == found
