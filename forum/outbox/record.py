"""Say that something happened: the fact, its subscribers' work and the audit entry, all in the caller's
transaction.
"""
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from forum.jobs.queue import ENQUEUE, Waiting, columns_of, wake
from forum.kit.transaction import after_commit, connection, in_transaction
from forum.outbox import relay
from forum.outbox.fact import Fact
from forum.outbox.registry import jobs_after, subscribers_of

__all__ = ["Fact", "MemberEntry", "audit", "audit_members", "record", "record_all"]

# The facts and their jobs travel together; without jobs the second half finds nothing to insert.
RECORD = (
    """
    WITH fact AS (INSERT INTO facts (name, payload)
        SELECT name, payload::jsonb FROM unnest($6::text[], $7::text[]) AS t (name, payload))
    """
    + ENQUEUE
)
AUDIT = """
INSERT INTO audit_entries (actor_id, action, subject, subject_id, group_id, before, after, reason, on_behalf_of)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8, $9)
"""
AUDIT_MEMBERS = """
INSERT INTO audit_entries (action, subject, subject_id, group_id, after)
SELECT $1, 'member', member_id, group_id, after::jsonb
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS t (member_id, group_id, after)
"""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def record(fact: Fact) -> None:
    """Store the fact, enqueue its ``later`` jobs, run its ``within`` subscribers: all of it or nothing."""
    await record_all([fact])


async def record_all(facts: Sequence[Fact]) -> None:
    """Several facts at once, in order; a job that several of them ask for in the same words is enqueued once."""
    if not facts:
        return
    if not in_transaction():
        raise RuntimeError(f"{facts[0].name} is recorded outside a command")
    waiting: dict[tuple[str, str], Waiting] = {}
    for fact in facts:
        for job, payload in jobs_after(fact):
            waiting.setdefault((job.name, _json(payload)), Waiting(job, payload))
    async with connection() as raw:
        await raw.execute(
            RECORD, *columns_of(waiting.values()), [fact.name for fact in facts], [_json(fact) for fact in facts]
        )
    after_commit(relay.wake)
    if waiting:
        after_commit(wake)
    for fact in facts:
        for subscriber in subscribers_of(type(fact)).within:
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
    reason: str = "",
    on_behalf_of: int | None = None,
) -> None:
    """Write who did what to whom, for whom and why; ``actor_id`` None: the system did it.

    ``before`` and ``after`` hold ids and enums only.
    """
    if not in_transaction():
        raise RuntimeError(f"{action} is audited outside a command")
    async with connection() as raw:
        details = _json(before or {}), _json(after or {})
        await raw.execute(AUDIT, actor_id, action, subject, subject_id, group_id, *details, reason, on_behalf_of)


class MemberEntry(NamedTuple):
    """One line of the audit log about a member's place."""

    member_id: int
    group_id: int
    after: Mapping[str, Any]


async def audit_members(action: str, entries: Iterable[MemberEntry]) -> None:
    """Write what the system (no person) did to many members, in one statement."""
    if not in_transaction():
        raise RuntimeError(f"{action} is audited outside a command")
    rows = list(entries)
    if rows:
        async with connection() as raw:
            await raw.execute(
                AUDIT_MEMBERS,
                action,
                [row.member_id for row in rows],
                [row.group_id for row in rows],
                [_json(row.after) for row in rows],
            )
