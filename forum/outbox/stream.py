"""Follow the facts in order without skipping one that commits late.

A reader sees only what lies behind the oldest running transaction, so a fact with a lower number can never
appear after a higher one was read. The place of a reader is ``tx-id``.
"""
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

import msgspec

from forum.kit.transaction import command, connection
from forum.outbox.relay import Wakeups

LIMIT = 500
LOOK_AGAIN = 0.05
IDLE = 1.0

# The horizon is written out in each statement: PostgreSQL then uses the index (tx, id) for both ends.
AFTER = """
SELECT tx, id, name, payload::text AS payload, created_at FROM facts
WHERE (tx, id) > ($1, $2) AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY tx, id LIMIT $3
"""
ALL_AFTER = """
SELECT tx, id, name, payload::text AS payload, created_at FROM facts
WHERE (tx, id) > ($1, $2) ORDER BY tx, id LIMIT $3
"""
NEWEST = """
SELECT tx, id FROM facts WHERE tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY tx DESC, id DESC LIMIT 1
"""
FROM_ANOTHER_LIFE = "SELECT COALESCE(max(tx), 0) > pg_current_xact_id()::text::bigint FROM facts"


class Cursor(NamedTuple):
    """A place in the stream: everything up to and with this fact has been read."""

    tx: int
    id: int

    def __str__(self) -> str:
        return f"{self.tx}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``tx-id``; anything else is a ``ValueError``."""
        tx, dash, number = text.partition("-")
        if not (dash and len(text) <= 40 and text.isascii() and tx.isdigit() and number.isdigit()):
            raise ValueError("a cursor is two numbers with a hyphen between them")
        place = cls(int(tx), int(number))
        if max(place) >= 2**63:
            raise ValueError("a cursor holds numbers of 63 bits")
        return place


START = Cursor(0, 0)


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as it was stored; ``payload`` holds its fields as JSON values."""

    cursor: Cursor
    name: str
    payload: dict[str, Any]
    created_at: datetime


async def facts_after(cursor: Cursor, limit: int = LIMIT) -> list[StoredFact]:
    """The next facts in order, at most ``limit``; none that a running transaction could still come before."""
    return await _stored(AFTER, cursor, limit)


async def committed_after(cursor: Cursor, limit: int = LIMIT) -> list[StoredFact]:
    """The next of the facts committed by now, whoever still writes: one that commits later may come before them.

    For somebody who asks once for what is past, not for a reader who goes on from here.
    """
    return await _stored(ALL_AFTER, cursor, limit)


async def _stored(statement: str, cursor: Cursor, limit: int) -> list[StoredFact]:
    async with connection() as raw:
        rows = await raw.fetch(statement, cursor.tx, cursor.id, limit)
    return [
        StoredFact(
            Cursor(row["tx"], row["id"]), row["name"], msgspec.json.decode(row["payload"]), row["created_at"]
        )
        for row in rows
    ]


async def newest_cursor() -> Cursor:
    """Where a reader begins who wants only what is to come."""
    async with connection() as raw:
        row = await raw.fetchrow(NEWEST)
    return Cursor(row["tx"], row["id"]) if row else START


async def follow(
    cursor: Cursor, wakeups: Wakeups, *, limit: int = LIMIT
) -> AsyncIterator[list[StoredFact]]:
    """Yield batches for ever: at once when woken, 50 ms later when that found nothing, then each second."""
    woken = False
    while True:
        facts = await facts_after(cursor, limit)
        if facts:
            cursor = facts[-1].cursor
            yield facts
            if len(facts) == limit:
                continue
            woken = False
        woken = await wakeups.wait(LOOK_AGAIN if woken else IDLE)


@command
async def renumber_after_restore() -> bool:
    """After a restore into a younger cluster, put every old fact before the new; whether it was needed."""
    async with connection() as raw:
        needed = bool(await raw.fetchval(FROM_ANOTHER_LIFE))
        if needed:
            # Ninety days of facts, once, before anybody is served.
            await raw.execute("SET LOCAL statement_timeout = '10min'")
            await raw.execute("UPDATE facts SET tx = 0 WHERE tx <> 0")
    return needed
