"""Pin a thread above the others, in its group or everywhere, for a while or until it is taken down."""
from datetime import datetime
from typing import Any, Final

from auth.actor import Actor
from forum.curation.doors import thread_to_curate
from forum.curation.policies import can_curate, can_pin_everywhere
from forum.curation.terms import moment_of, reason_field, until_field, what_was
from forum.groups.policies import GroupState
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.threads.policies import ThreadState

# As many as a list shows above its lines.
MOST_IN_GROUP: Final = 10
MOST_EVERYWHERE: Final = 3

PINNED = """
    SELECT CASE WHEN pinned_at IS NOT NULL THEN
        json_build_object('until', pinned_until, 'everywhere', pinned_everywhere)::jsonb END AS was,
        (SELECT count(*) FROM threads o WHERE o.group_id = $2 AND o.pinned_at IS NOT NULL AND o.id <> t.id
            AND o.merged_into_id IS NULL) AS here,
        (SELECT count(*) FROM threads o WHERE o.pinned_everywhere AND o.id <> t.id AND o.merged_into_id IS NULL)
            AS everywhere
    FROM threads t WHERE id = $1
"""
PIN = """
    UPDATE threads SET pinned_at = coalesce(pinned_at, clock_timestamp()), pinned_until = $2, pinned_everywhere = $3
    WHERE id = $1
"""
UNPIN = "UPDATE threads SET pinned_at = NULL, pinned_until = NULL, pinned_everywhere = false WHERE id = $1"


@command
async def pin(
    actor: Actor, thread_id: int, *, until: datetime | None = None, everywhere: bool = False, reason: str = ""
) -> int:
    """Returns the act's id. Everywhere is for the site's staff; Conflict where as many are pinned as a list shows."""
    thread = await thread_to_curate(actor, thread_id)
    was = await _ask(actor, thread, everywhere)
    reason, until = reason_field(reason), await until_field(until)
    async with connection() as sql:
        await sql.execute(PIN, thread_id, until, everywhere)
    return await enter(
        actor,
        ActKind.THREAD_PINNED,
        reason=reason,
        group_id=thread.group.id,
        thread_id=thread_id,
        after={"everywhere": everywhere},
        undo={"was": was},
    )


@command
async def unpin(actor: Actor, thread_id: int, *, reason: str = "") -> int | None:
    """Returns the act's id, None where nothing was pinned."""
    thread = await thread_to_curate(actor, thread_id)
    was = await _ask(actor, thread, everywhere=False)
    reason = reason_field(reason)
    if was is None:
        return None
    async with connection() as sql:
        await sql.execute(UNPIN, thread_id)
    return await enter(
        actor,
        ActKind.THREAD_UNPINNED,
        reason=reason,
        group_id=thread.group.id,
        thread_id=thread_id,
        undo={"was": was},
    )


@undoes(ActKind.THREAD_PINNED, ActKind.THREAD_UNPINNED)
async def put_back(actor: Actor, done: Done) -> None:
    assert done.thread_id is not None
    thread = await thread_to_curate(actor, done.thread_id)
    was = done.undo["was"]
    await _ask(actor, thread, everywhere=bool(was and was["everywhere"]), pinning=was is not None)
    async with connection() as sql:
        if was is None:
            await sql.execute(UNPIN, thread.id)
        else:
            await sql.execute(PIN, thread.id, moment_of(was["until"]), was["everywhere"])


async def _ask(actor: Actor, thread: ThreadState, everywhere: bool, *, pinning: bool = True) -> Any:
    """Whether they may, and there is room; what is pinned now. What staff pinned everywhere is theirs to change."""
    require(can_curate(actor, thread.group))
    was, here, there = await _pinned(thread, thread.group)
    if everywhere or (was is not None and was["everywhere"]):
        require(can_pin_everywhere(actor, thread.group))
    if pinning and (here >= MOST_IN_GROUP or (everywhere and there >= MOST_EVERYWHERE)):
        raise Conflict("too_many_pins")
    return was


async def require_room(thread: ThreadState, group: GroupState) -> None:
    """Raise Conflict where the thread is pinned, and ``group``, where it goes, has as many as its list shows."""
    was, here, _everywhere = await _pinned(thread, group)
    if was is not None and here >= MOST_IN_GROUP:
        raise Conflict("too_many_pins")


async def _pinned(thread: ThreadState, group: GroupState) -> tuple[Any, int, int]:
    """What is pinned now, and how many others are in ``group`` and everywhere."""
    async with connection() as sql:
        row = await sql.fetchrow(PINNED, thread.id, group.id)
    assert row is not None
    return what_was(row["was"]), row["here"], row["everywhere"]
