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
