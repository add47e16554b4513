"""Take back what one, or a colleague, did within the last day."""
import asyncpg
import msgspec

from auth.actor import Actor
from forum.groups.policies import can_moderate
from forum.groups.queries import state_of
from forum.kit.errors import Conflict, NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_read_site_log
from forum.moderation.acts import Done, undo_of
from forum.moderation.facts import ActUndone
from forum.moderation.models import ActKind
from forum.outbox.record import audit, record

# The clock, not the transaction's start: the row's lock may have been waited for.
LOCK = """
    SELECT id, kind, actor_id, group_id, other_group_id, thread_id, post_id, member_id, undo, undone_at,
           created_at > clock_timestamp() - interval '24 hours' AS recent
    FROM acts WHERE id = $1 FOR UPDATE
"""
MARK = "UPDATE acts SET undone_at = clock_timestamp(), undone_by_id = $2 WHERE id = $1"


@command
async def undo_act(actor: Actor, act_id: int, reason: str = "") -> None:
    """Raises Conflict for what was undone already, is older than a day, or can never be undone.

    Whoever looks after the place of the act may ask; what its kind touches besides is asked by the kind's own function,
    of the rights that hold now.
    """
    async with connection() as sql:
        row = await sql.fetchrow(LOCK, act_id)
    if row is None:
        raise NotFound
    require(
        can_read_site_log(actor)
        if row["group_id"] is None
        else can_moderate(actor, await state_of(row["group_id"]))
    )
    done = _still_undoable(row)
    await undo_of(done.kind)(actor, done)
    async with connection() as sql:
        await sql.execute(MARK, act_id, actor.member_id)
    await audit(
        actor.member_id, f"{done.kind.value}.undone", "act", act_id, group_id=done.group_id, reason=reason,
        after={"act": act_id},
    )  # fmt: skip
    await record(
        ActUndone(act_id=act_id, kind=done.kind.value, group_id=done.group_id, member_id=done.member_id)
    )


def _still_undoable(row: asyncpg.Record) -> Done:
    if row["undone_at"] is not None:
        raise Conflict("undone_already")
    if row["undo"] is None:
        raise Conflict("not_undoable")
    if not row["recent"]:
        raise Conflict("too_late_to_undo")
    return Done(
        id=row["id"],
        kind=ActKind(row["kind"]),
        actor_id=row["actor_id"],
        group_id=row["group_id"],
        other_group_id=row["other_group_id"],
        thread_id=row["thread_id"],
        post_id=row["post_id"],
        member_id=row["member_id"],
        undo=msgspec.json.decode(row["undo"]),
    )
