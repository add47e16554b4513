"""Say that something happened: the fact, its subscribers' work and the audit entry, all in the caller's
transaction.
"""
from collections.abc import Mapping
from typing import Any

import msgspec

from forum.jobs.queue import ENQUEUE, Waiting, columns_of, wake
from forum.kit.transaction import after_commit, connection, in_transaction
from forum.outbox import relay
from forum.outbox.fact import Fact
from forum.outbox.registry import Later, payload_for, subscribers_of

__all__ = ["Fact", "audit", "record"]

# The fact and its jobs travel together; without jobs the second half finds nothing to insert.
RECORD = "WITH fact AS (INSERT INTO facts (name, payload) VALUES ($6, $7::text::jsonb))" + ENQUEUE
AUDIT = """
INSERT INTO audit_entries (actor_id, action, subject, subject_id, group_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb)
"""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def record(fact: Fact) -> None:
    """Store the fact, enqueue its ``later`` jobs, run its ``within`` subscribers: all of it or nothing."""
    if not in_transaction():
        raise RuntimeError(f"{fact.name} is recorded outside a command")
    within, later = subscribers_of(type(fact))
    waiting = []
    for each in later:
        payload = payload_for(each, fact)
        if payload is not None:
            waiting.append(Waiting(each.job if isinstance(each, Later) else each, payload))
    async with connection() as raw:
        await raw.execute(RECORD, *columns_of(waiting), fact.name, _json(fact))
    after_commit(relay.wake)
    if waiting:
        after_commit(wake)
    for subscriber in within:
        await subscriber(fact)


async def audit(
    actor_id: int | None,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    group_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write who did what to whom, in ids and enums only; ``actor_id`` None: the system did it."""
    if not in_transaction():
        raise RuntimeError(f"{action} is audited outside a command")
    async with connection() as raw:
        await raw.execute(
            AUDIT, actor_id, action, subject, subject_id, group_id, _json(before or {}), _json(after or {})
        )
