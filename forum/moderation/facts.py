"""What happens when people look after the place."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class ActDone(Fact):
    """Somebody who looks after the place did something; ``member_id`` is whom it concerns."""

    name: ClassVar[str] = "moderation.act_done"

    act_id: int
    kind: str
    group_id: int | None
    member_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActUndone(Fact):
    name: ClassVar[str] = "moderation.act_undone"

    act_id: int
    kind: str
    group_id: int | None
    member_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostStateChanged(Fact):
    """Moderation hid, removed or restored a post."""

    name: ClassVar[str] = "moderation.post_state_changed"

    thread_id: int
    group_id: int
    post_id: int
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseOpened(Fact):
    """Somebody should look at something, and nobody was asked to before; ``origin`` says why."""

    name: ClassVar[str] = "moderation.case_opened"

    case_id: int
    group_id: int | None
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseWaiting(Fact):
    """Nobody has decided it for a day."""

    name: ClassVar[str] = "moderation.case_waiting"

    case_id: int
    group_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseDecided(Fact):
    """What became of it is in the case; what was done, in its act."""

    name: ClassVar[str] = "moderation.case_decided"

    case_id: int
    group_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AppealMade(Fact):
    """The author asks that another person looks."""

    name: ClassVar[str] = "moderation.appeal_made"

    case_id: int
    group_id: int | None
