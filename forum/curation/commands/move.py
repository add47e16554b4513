"""Move a thread to another group, where it is read, counted and looked after from then on."""
from auth.actor import Actor
from forum.curation.commands.pin import require_room
from forum.curation.doors import let_drafts_go, named_group, require_no_initiative, thread_to_curate
from forum.curation.facts import AudienceWidened, ThreadMoved
from forum.curation.policies import can_curate, can_move
from forum.curation.terms import reason_field
from forum.groups.policies import GroupState, widens
from forum.groups.queries import state_of
from forum.kit.errors import Conflict, Invalid
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.outbox.record import record
from forum.threads.policies import ThreadState

MOVE = "UPDATE threads SET group_id = $2 WHERE id = $1"
# Listed where it lies would be listed twice.
NOT_TWICE = "DELETE FROM listings WHERE thread_id = $1 AND group_id = $2"
# Decided ones, too: they show what is around, and can be appealed and undone.
CASES = """
    UPDATE cases c SET group_id = $2, version = c.version + 1 WHERE c.id IN (
        SELECT id FROM cases WHERE thread_id = $1
        UNION ALL SELECT k.id FROM posts p JOIN cases k ON k.post_id = p.id WHERE p.thread_id = $1)
"""


@command
async def move(actor: Actor, thread_id: int, slug: str, *, reason: str = "", widening: bool = False) -> int | None:
    """Returns the act's id, None where it lies there already.

    Raises Invalid where more people would read it and ``widening`` does not say that this is meant; its authors are
    told then. Conflict where it is the discussion of an initiative, or is pinned and there is no room for one more.
    """
    thread = await thread_to_curate(actor, thread_id)
    require(can_curate(actor, thread.group))
    group = await named_group(actor, slug)
    require(can_move(actor, thread.group, group))
    reason = reason_field(reason)
    if group.id == thread.group.id:
        return None
    await require_no_initiative(thread_id)
    wider = require_meant(thread.group, group, widening)
    await _put(thread, group)
    act_id = await enter(
        actor,
        ActKind.THREAD_MOVED,
        reason=reason,
        group_id=thread.group.id,
        other_group_id=group.id,
        thread_id=thread_id,
        before={"group": thread.group.id},
        after={"group": group.id},
        undo={"group": thread.group.id},
    )
    if wider:
        await tell_authors(actor, act_id, thread.id, thread)
    return act_id


def require_meant(source: GroupState, target: GroupState, widening: bool) -> bool:
    """Whether people will read what they could not: never without a word that this is meant."""
    wider = widens(source, target)
    if wider and not widening:
        raise Invalid({"widening": "wider_audience"})
    return wider


async def tell_authors(actor: Actor, act_id: int, thread_id: int, source: ThreadState) -> None:
    """Those who wrote what came from ``source`` are told that others read it now."""
    assert actor.member_id is not None
    await record(
        AudienceWidened(
            act_id=act_id,
            actor_id=actor.member_id,
            thread_id=thread_id,
            group_id=source.group.id,
            source_id=source.id,
        )
    )


@undoes(ActKind.THREAD_MOVED)
async def move_back(actor: Actor, done: Done) -> None:
    assert done.thread_id is not None
    thread = await thread_to_curate(actor, done.thread_id)
    before = await state_of(done.undo["group"])
    require(can_move(actor, thread.group, before))
    if thread.group.id != done.other_group_id:
        raise Conflict("moved_on")
    await require_no_initiative(thread.id)
    await _put(thread, before)
    if widens(thread.group, before):
        await tell_authors(actor, done.id, thread.id, thread)


async def _put(thread: ThreadState, group: GroupState) -> None:
    await require_room(thread, group)
    async with connection() as sql:
        await sql.execute(MOVE, thread.id, group.id)
        await sql.execute(NOT_TWICE, thread.id, group.id)
        await sql.execute(CASES, thread.id, group.id)
    await let_drafts_go(thread.id)
    await record(ThreadMoved(thread_id=thread.id, group_id=group.id, source_group_id=thread.group.id))
