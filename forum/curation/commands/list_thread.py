"""List a thread in a second group as well, without a copy: it is counted, read and answered in its own."""
from auth.actor import Actor
from forum.curation.doors import named_group, thread_to_curate
from forum.curation.policies import can_list
from forum.curation.terms import reason_field
from forum.groups.policies import GroupState, can_facilitate
from forum.groups.queries import state_of
from forum.kit.errors import Invalid
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.threads.policies import ThreadState

LIST = """
    INSERT INTO listings (thread_id, group_id, listed_by_id) VALUES ($1, $2, $3)
    ON CONFLICT (thread_id, group_id) DO NOTHING RETURNING id
"""
UNLIST = "DELETE FROM listings WHERE thread_id = $1 AND group_id = $2 RETURNING id"


@command
async def list_thread(actor: Actor, thread_id: int, slug: str, *, reason: str = "") -> int | None:
    """Returns the act's id, None where it was listed there already."""
    thread, group = await _both(actor, thread_id, slug)
    if group.id == thread.group.id:
        raise Invalid({"group": "own_group"})
    reason = reason_field(reason)
    if not await _put(actor, thread.id, group.id, listed=True):
        return None
    return await enter(
        actor,
        ActKind.THREAD_LISTED,
        reason=reason,
        group_id=thread.group.id,
        other_group_id=group.id,
        thread_id=thread_id,
        undo={"listed": False},
    )


@command
async def unlist_thread(actor: Actor, thread_id: int, slug: str, *, reason: str = "") -> int | None:
    """Returns the act's id, None where it was not listed there."""
    thread, group = await _both(actor, thread_id, slug)
    reason = reason_field(reason)
    if not await _put(actor, thread.id, group.id, listed=False):
        return None
    return await enter(
        actor,
        ActKind.THREAD_UNLISTED,
        reason=reason,
        group_id=thread.group.id,
        other_group_id=group.id,
        thread_id=thread_id,
        undo={"listed": True},
    )


@undoes(ActKind.THREAD_LISTED, ActKind.THREAD_UNLISTED)
async def put_back(actor: Actor, done: Done) -> None:
    assert done.thread_id is not None and done.other_group_id is not None
    thread = await thread_to_curate(actor, done.thread_id)
    require(can_list(actor, thread.group, await state_of(done.other_group_id)))
    if thread.group.id != done.other_group_id:
        await _put(actor, thread.id, done.other_group_id, listed=done.undo["listed"])


async def _both(actor: Actor, thread_id: int, slug: str) -> tuple[ThreadState, GroupState]:
    """Rights over the thread's own group are asked first: who has none learns nothing of the other."""
    thread = await thread_to_curate(actor, thread_id)
    require(can_facilitate(actor, thread.group))
    group = await named_group(actor, slug)
    require(can_list(actor, thread.group, group))
    return thread, group


async def _put(actor: Actor, thread_id: int, group_id: int, *, listed: bool) -> bool:
    async with connection() as sql:
        if listed:
            return await sql.fetchval(LIST, thread_id, group_id, actor.member_id) is not None
        return await sql.fetchval(UNLIST, thread_id, group_id) is not None
