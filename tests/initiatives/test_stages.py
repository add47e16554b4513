"""Every edge of the state machine, and every pair that is none."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.initiatives.models import Stage
from forum.initiatives.stages import ENDED, Mark, Move, after, mark_at

EDGES = [
    (Stage.DRAFT, Move.LAUNCH, Stage.GATHERING),
    (Stage.GATHERING, Move.REACH, Stage.ACTIVE),
    (Stage.GATHERING, Move.LAPSE, Stage.LAPSED),
    (Stage.GATHERING, Move.WITHDRAW, Stage.WITHDRAWN),
    (Stage.ACTIVE, Move.DECLINE, Stage.DECLINED),
    (Stage.ACTIVE, Move.WITHDRAW, Stage.WITHDRAWN),
    (Stage.ACTIVE, Move.COMPLETE, Stage.COMPLETED),
    (Stage.COMPLETED, Move.REOPEN, Stage.ACTIVE),
    (Stage.DECLINED, Move.REOPEN, Stage.ACTIVE),
    (Stage.WITHDRAWN, Move.REOPEN, Stage.ACTIVE),
    (Stage.LAPSED, Move.REOPEN, Stage.GATHERING),
]


@pytest.mark.parametrize(("stage", "move", "next_one"), EDGES)
def test_an_edge(stage: Stage, move: Move, next_one: Stage) -> None:
    assert after(stage, move, reached=stage is not Stage.LAPSED) is next_one


def test_withdrawn_before_the_goal_it_gathers_again() -> None:
    assert after(Stage.WITHDRAWN, Move.REOPEN, reached=False) is Stage.GATHERING


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("move", Move)
def test_no_other_edge(stage: Stage, move: Move) -> None:
    if not any(edge[:2] == (stage, move) for edge in EDGES):
        assert after(stage, move) is None
        assert after(stage, move, reached=True) is None


@given(st.sampled_from(sorted(ENDED)), st.sampled_from(sorted(set(Move) - {Move.REOPEN})))
def test_what_has_ended_can_only_be_reopened(stage: Stage, move: Move) -> None:
    assert after(stage, move) is None


@given(st.integers(1, 10_000))
def test_each_mark_is_passed_once_and_none_at_the_goal(goal: int) -> None:
    marks = [mark for count in range(1, goal + 1) if (mark := mark_at(count, goal))]
    assert len(marks) == len(set(marks))
    assert mark_at(goal, goal) is None
    if goal >= 3:
        assert marks == [Mark.ONE_THIRD, Mark.TWO_THIRDS]
