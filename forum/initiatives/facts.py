"""What happens to initiatives."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentAsked(Fact):
    """The author of a thread is asked to let it become an initiative."""

    name: ClassVar[str] = "initiative.consent_asked"

    initiative_id: int
    thread_id: int
    member_id: int
    asked_by: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadAsked(Fact):
    name: ClassVar[str] = "initiative.lead_asked"

    initiative_id: int
    member_id: int
    asked_by: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadsChanged(Fact):
    """Somebody agreed to lead, declined, stepped down or had to; ``member_id`` is they."""

    name: ClassVar[str] = "initiative.leads_changed"

    initiative_id: int
    group_id: int
    member_id: int
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageChanged(Fact):
    """``actor_id`` None: time did it."""

    name: ClassVar[str] = "initiative.stage_changed"

    initiative_id: int
    group_id: int
    was: str
    stage: str
    actor_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CoSponsorJoined(Fact):
    """``count`` and ``goal`` as they were with this one."""

    name: ClassVar[str] = "initiative.cosponsor_joined"

    initiative_id: int
    group_id: int
    member_id: int
    count: int
    goal: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CoSponsorLeft(Fact):
    name: ClassVar[str] = "initiative.cosponsor_left"

    initiative_id: int
    group_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InitiativeAnswered(Fact):
    name: ClassVar[str] = "initiative.answered"

    initiative_id: int
    group_id: int
    answer_id: int
    kind: str
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InitiativeRevised(Fact):
    """A launched one has a new text and waits for an answer again."""

    name: ClassVar[str] = "initiative.revised"

    initiative_id: int
    group_id: int
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StepChanged(Fact):
    """``change``: added, changed, done, undone, deleted."""

    name: ClassVar[str] = "initiative.step_changed"

    initiative_id: int
    group_id: int
    step_id: int
    change: str
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SpaceOpened(Fact):
    """It has a group of its own, ``space_id``, to which its co-sponsors come."""

    name: ClassVar[str] = "initiative.space_opened"

    initiative_id: int
    group_id: int
    space_id: int
    actor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GatheringEndsSoon(Fact):
    """Seven days are left, or fewer."""

    name: ClassVar[str] = "initiative.gathering_ends_soon"

    initiative_id: int
    group_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerOverdue(Fact):
    """The facilitators did not answer in time."""

    name: ClassVar[str] = "initiative.answer_overdue"

    initiative_id: int
    group_id: int
