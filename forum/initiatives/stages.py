"""The stages of an initiative as a state machine: what leads from which stage to which. Pure."""
from enum import StrEnum
from typing import Final

from forum.initiatives.models import Stage


class Move(StrEnum):
    """What happens to an initiative; who may do it is for the policies."""

    LAUNCH = "launch"
    REACH = "reach"
    LAPSE = "lapse"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"
    REOPEN = "reopen"


ENDED: Final = frozenset({Stage.COMPLETED, Stage.WITHDRAWN, Stage.LAPSED, Stage.DECLINED})
OPEN: Final = frozenset({Stage.GATHERING, Stage.ACTIVE})
LAUNCHED: Final = OPEN | ENDED
UNDER_WAY: Final = OPEN | {Stage.DRAFT}

EDGES: Final = {
    (Stage.DRAFT, Move.LAUNCH): Stage.GATHERING,
    (Stage.GATHERING, Move.REACH): Stage.ACTIVE,
    (Stage.GATHERING, Move.LAPSE): Stage.LAPSED,
    (Stage.GATHERING, Move.WITHDRAW): Stage.WITHDRAWN,
    (Stage.ACTIVE, Move.DECLINE): Stage.DECLINED,
    (Stage.ACTIVE, Move.WITHDRAW): Stage.WITHDRAWN,
    (Stage.ACTIVE, Move.COMPLETE): Stage.COMPLETED,
}


def after(stage: Stage, move: Move, *, reached: bool = False) -> Stage | None:
    """The stage that a move leads to, None where it leads nowhere.

    Reopened, an initiative goes on where it stood: ``reached`` says that it had found its co-sponsors once.
    """
    if move is Move.REOPEN:
        return (Stage.ACTIVE if reached else Stage.GATHERING) if stage in ENDED else None
    return EDGES.get((stage, move))


class Mark(StrEnum):
    """How far the co-sponsors have come; each is told of once."""

    ONE_THIRD = "one_third"
    TWO_THIRDS = "two_thirds"


def mark_at(count: int, goal: int) -> Mark | None:
    """The mark that exactly this many co-sponsors make, if any; the goal itself is a move, not a mark."""
    if count >= goal:
        return None
    if count == -(-2 * goal // 3):
        return Mark.TWO_THIRDS
    return Mark.ONE_THIRD if count == -(-goal // 3) else None
