"""What a form or a request says of an act: a reason of a fitting length, and a moment that is still to come."""
from datetime import datetime
from typing import Any

import msgspec

from forum.kit.errors import Invalid
from forum.kit.fields import body_field
from forum.kit.transaction import connection
from forum.moderation.acts import REASON_LENGTH


def reason_field(reason: str, *, least: int = 0) -> str:
    return body_field(reason, "reason", least=least, most=REASON_LENGTH)


async def until_field(until: datetime | None) -> datetime | None:
    """Raises Invalid for a moment that is past by the database's clock."""
    if until is not None:
        async with connection() as sql:
            if not await sql.fetchval("SELECT $1::timestamptz > clock_timestamp()", until):
                raise Invalid({"until": "in_the_past"})
    return until


def moment_of(stored: str | None) -> datetime | None:
    """What an act wrote down for its undoing."""
    return None if stored is None else datetime.fromisoformat(stored)


def what_was(held: str | None) -> Any:
    """A JSON value that PostgreSQL built, for an act's undo; None where there was none."""
    return None if held is None else msgspec.json.decode(held)
