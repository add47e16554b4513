"""Say that another thread is about the same: its readers get the link; it stays open."""
from auth.actor import Actor
from forum.curation.doors import thread_to_curate, two_threads
from forum.curation.policies import can_curate
from forum.curation.terms import reason_field
from forum.kit.errors import Conflict, Invalid
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.threads.models import Thread

MARK = "UPDATE threads SET duplicate_of_id = $2 WHERE id = $1"


@command
async def mark_duplicate(actor: Actor, thread_id: int, of: int, *, reason: str = "") -> int | None:
    """Returns the act's id, None where it was marked so already. The other may lie wherever the actor reads."""
    reason = reason_field(reason)
    thread, other = await two_threads(actor, thread_id, of, "of")
    if (await Thread.get(id=other.id)).duplicate_of_id == thread.id:
        raise Invalid({"of": "duplicate_of_this"})
    was = (await Thread.get(id=thread.id)).duplicate_of_id
    if was == other.id:
        return None
    async with connection() as sql:
        await sql.execute(MARK, thread.id, other.id)
    return await enter(
        actor,
        ActKind.THREAD_MARKED_DUPLICATE,
        reason=reason,
        group_id=thread.group.id,
        other_group_id=other.group.id,
        thread_id=thread.id,
        before={"of": was},
        after={"of": other.id},
        undo={"of": was},
    )


@command
async def unmark_duplicate(actor: Actor, thread_id: int, *, reason: str = "") -> int | None:
    """Returns the act's id, None where it was marked as none."""
    thread = await thread_to_curate(actor, thread_id)
    require(can_curate(actor, thread.group))
    reason = reason_field(reason)
    was = (await Thread.get(id=thread.id)).duplicate_of_id
    if was is None:
        return None
    async with connection() as sql:
        await sql.execute(MARK, thread.id, None)
    return await enter(
        actor,
        ActKind.THREAD_UNMARKED_DUPLICATE,
        reason=reason,
        group_id=thread.group.id,
        thread_id=thread.id,
        before={"of": was},
        undo={"of": was},
    )


@undoes(ActKind.THREAD_MARKED_DUPLICATE, ActKind.THREAD_UNMARKED_DUPLICATE)
async def put_back(actor: Actor, done: Done) -> None:
    assert done.thread_id is not None
    of = done.undo["of"]
    if of is None:
        thread = await thread_to_curate(actor, done.thread_id)
    else:
        try:
            thread, _other = await two_threads(actor, done.thread_id, of, "of")
        except Invalid as refusal:
            raise Conflict("moved_on") from refusal
    require(can_curate(actor, thread.group))
    async with connection() as sql:
        await sql.execute(MARK, thread.id, of)
