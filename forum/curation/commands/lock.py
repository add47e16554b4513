"""Close a thread to replies, for a while or until it is opened again; the reason stands below it."""
from datetime import datetime

from auth.actor import Actor
from forum.curation.doors import thread_to_curate
from forum.curation.policies import can_curate
from forum.curation.terms import moment_of, reason_field, until_field, what_was
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind

# What holds now; its words are those of the newest act that locked it, so that the ledger keeps them once.
LOCKED = """
    SELECT CASE WHEN locked_at IS NOT NULL AND coalesce(locked_until > clock_timestamp(), true) THEN
        json_build_object('until', locked_until, 'act', (
            SELECT a.id FROM acts a WHERE a.thread_id = t.id AND a.kind = 'thread.locked' AND a.reason = t.lock_reason
            ORDER BY a.id DESC LIMIT 1))::jsonb END
    FROM threads t WHERE id = $1
"""
LOCK = """
    UPDATE threads SET locked_at = clock_timestamp(), locked_until = $2, lock_reason = $3 WHERE id = $1
"""
UNLOCK = "UPDATE threads SET locked_at = NULL, locked_until = NULL, lock_reason = '' WHERE id = $1"
WORDS = "SELECT reason FROM acts WHERE id = $1"


@command
async def lock(actor: Actor, thread_id: int, *, reason: str, until: datetime | None = None) -> int:
    """Returns the act's id. A second lock takes the place of the first, with its reason."""
    thread = await thread_to_curate(actor, thread_id)
    require(can_curate(actor, thread.group))
    reason, until = reason_field(reason, least=1), await until_field(until)
    async with connection() as sql:
        was = what_was(await sql.fetchval(LOCKED, thread_id))
        await sql.execute(LOCK, thread_id, until, reason)
    return await enter(
        actor,
        ActKind.THREAD_LOCKED,
        reason=reason,
        group_id=thread.group.id,
        thread_id=thread_id,
        undo={"was": was},
    )


@command
async def unlock(actor: Actor, thread_id: int, *, reason: str = "") -> int | None:
    """Returns the act's id, None where nothing was locked."""
    thread = await thread_to_curate(actor, thread_id)
    require(can_curate(actor, thread.group))
    reason = reason_field(reason)
    async with connection() as sql:
        was = what_was(await sql.fetchval(LOCKED, thread_id))
        if was is None:
            return None
        await sql.execute(UNLOCK, thread_id)
    return await enter(
        actor,
        ActKind.THREAD_UNLOCKED,
        reason=reason,
        group_id=thread.group.id,
        thread_id=thread_id,
        undo={"was": was},
    )


@undoes(ActKind.THREAD_LOCKED, ActKind.THREAD_UNLOCKED)
async def put_back(actor: Actor, done: Done) -> None:
    assert done.thread_id is not None
    thread = await thread_to_curate(actor, done.thread_id)
    require(can_curate(actor, thread.group))
    was = done.undo["was"]
    async with connection() as sql:
        if was is None:
            await sql.execute(UNLOCK, thread.id)
        else:
            words = await sql.fetchval(WORDS, was["act"]) or ""
            await sql.execute(LOCK, thread.id, moment_of(was["until"]), words)
