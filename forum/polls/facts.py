"""What happens with polls. Who votes, and how, is no fact: nobody outside needs it, and nobody may know."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class PollOpened(Fact):
    name: ClassVar[str] = "poll.opened"

    poll_id: int
    thread_id: int
    group_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PollClosingSoon(Fact):
    name: ClassVar[str] = "poll.closing_soon"

    poll_id: int
    thread_id: int
    group_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PollClosed(Fact):
    """``actor_id`` is null where the clock closed it."""

    name: ClassVar[str] = "poll.closed"

    poll_id: int
    thread_id: int
    group_id: int
    actor_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeWritten(Fact):
    """The first time, and each time that it is changed."""

    name: ClassVar[str] = "poll.outcome_written"

    poll_id: int
    thread_id: int
    group_id: int
    actor_id: int
