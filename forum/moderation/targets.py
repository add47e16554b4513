"""What a case is about, as one value."""
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import asyncpg


class TargetKind(StrEnum):
    POST = "post"
    THREAD = "thread"
    PROFILE = "profile"
    INITIATIVE = "initiative"


@dataclass(frozen=True, slots=True)
class Target:
    """One post, thread, profile (the id is the member's) or initiative."""

    kind: TargetKind
    id: int

    @property
    def columns(self) -> tuple[int | None, ...]:
        """As the columns of ``cases``: post, thread, member, initiative; three of them are None."""
        return tuple(self.id if self.kind is kind else None for kind in COLUMNS)


COLUMNS = {
    TargetKind.POST: "post_id",
    TargetKind.THREAD: "thread_id",
    TargetKind.PROFILE: "member_id",
    TargetKind.INITIATIVE: "initiative_id",
}


def target_of(row: Mapping[str, Any] | asyncpg.Record) -> Target:
    """Of a row with the four columns."""
    return next(Target(kind, row[name]) for kind, name in COLUMNS.items() if row[name] is not None)
