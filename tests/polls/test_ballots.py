"""A ballot answers what its poll asks, or is refused by name."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.kit.errors import Invalid
from forum.polls.ballots import CleanBallot, Rules, check_ballot
from forum.polls.models import PollKind

OPTIONS = (11, 12, 13, 14)
AGREE, _, DISAGREE, BLOCK = OPTIONS


def refused(rules: Rules, marks: dict[int, int], reason: str = "") -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        check_ballot(rules, OPTIONS, marks, reason)
    return wrong.value.errors


def kept(rules: Rules, marks: dict[int, int], reason: str = "") -> CleanBallot:
    return check_ballot(rules, OPTIONS, marks, reason)


@pytest.mark.parametrize("kind", PollKind)
def test_an_empty_ballot_and_a_foreign_option_are_refused(kind: PollKind) -> None:
    assert refused(Rules(kind=kind, score_max=5), {}) == {"marks": "empty_ballot"}
    assert refused(Rules(kind=kind, score_max=5), {11: 1, 99: 1}) == {"marks": "foreign_option"}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (PollKind.SINGLE, {11: 2}),
        (PollKind.SINGLE, {11: 0}),
        (PollKind.MULTIPLE, {11: -1}),
        (PollKind.PROPOSAL, {11: 5}),
        (PollKind.SCORE, {11: 6}),
        (PollKind.SCORE, {11: -1}),
        (PollKind.TIME, {11: 3}),
        (PollKind.RANKED, {11: 0}),
        (PollKind.RANKED, {11: 5}),
    ],
)
def test_a_mark_out_of_range_is_refused(kind: PollKind, wrong: dict[int, int]) -> None:
    assert refused(Rules(kind=kind, score_max=5), wrong) == {"marks": "mark_out_of_range"}


def test_one_choice_is_one_and_several_have_their_limit() -> None:
    assert refused(Rules(kind=PollKind.SINGLE), {11: 1, 12: 1}) == {"marks": "too_many_choices"}
    assert refused(Rules(kind=PollKind.PROPOSAL), {11: 1, 12: 1}) == {"marks": "too_many_choices"}
    two = Rules(kind=PollKind.MULTIPLE, most_choices=2)
    assert kept(two, {11: 1, 12: 1}).marks == {11: 1, 12: 1}
    assert refused(two, {11: 1, 12: 1, 13: 1}) == {"marks": "too_many_choices"}
    assert kept(Rules(kind=PollKind.MULTIPLE), dict.fromkeys(OPTIONS, 1)).marks == dict.fromkeys(OPTIONS, 1)


def test_ranks_are_distinct_and_closed_up() -> None:
    ranked = Rules(kind=PollKind.RANKED)
    assert refused(ranked, {11: 1, 12: 1}) == {"marks": "double_rank"}
    assert kept(ranked, {11: 4, 13: 2}).marks == {13: 1, 11: 2}


def test_a_block_gives_its_reason_where_the_author_asks_for_one() -> None:
    asks = Rules(kind=PollKind.PROPOSAL, block_needs_reason=True)
    assert refused(asks, {BLOCK: 1}, " \n") == {"reason": "block_needs_reason"}
    assert kept(asks, {BLOCK: 1}, "It breaks\r\nour charter. \n").reason == "It breaks\nour charter."
    assert kept(asks, {DISAGREE: 1}).reason == ""
    assert kept(Rules(kind=PollKind.PROPOSAL), {BLOCK: 1}).reason == ""
    assert refused(asks, {AGREE: 1}, "x" * 2_001) == {"reason": "too_long"}


@given(st.dictionaries(st.integers(), st.integers()), st.sampled_from(PollKind), st.text(max_size=40))
def test_whatever_is_sent_is_kept_clean_or_refused(marks: dict[int, int], kind: PollKind, reason: str) -> None:
    try:
        once = kept(Rules(kind=kind, score_max=5), marks, reason)
    except Invalid as wrong:
        assert set(wrong.errors) <= {"marks", "reason"}
    else:
        assert once.marks.keys() == marks.keys()
        assert kept(Rules(kind=kind, score_max=5), once.marks, once.reason) == once
