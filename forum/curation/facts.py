"""What happens to threads when somebody looks after them, and to what was learned in them."""
from dataclasses import dataclass
from typing import ClassVar

from forum.outbox.record import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryChanged(Fact):
    """The summary of a thread was written, rewritten, removed or brought back."""

    name: ClassVar[str] = "curation.summary_changed"

    thread_id: int
    group_id: int
    editor_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostsRelocated(Fact):
    """Posts went from the thread ``source_id`` to ``thread_id``; ``emptied``: all did, and the source leads there."""

    name: ClassVar[str] = "curation.posts_relocated"

    thread_id: int
    group_id: int
    source_id: int
    source_group_id: int
    emptied: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadMoved(Fact):
    """A thread lies in another group now."""

    name: ClassVar[str] = "curation.thread_moved"

    thread_id: int
    group_id: int
    source_group_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AudienceWidened(Fact):
    """By an act, people may read posts who could not before; the posts came from ``source_id``, or were here."""

    name: ClassVar[str] = "curation.audience_widened"

    act_id: int
    actor_id: int
    thread_id: int
    group_id: int
    source_id: int
