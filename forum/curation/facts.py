"""What happens to what was learned."""
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
