"""The threads and groups that an act touches, through their doors and with their locks, in one order."""
from auth.actor import Actor
from forum.curation.policies import can_curate
from forum.groups import queries as groups
from forum.groups.policies import GroupState, can_read
from forum.kit.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, SignInNeeded
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.threads.policies import ThreadState
from forum.threads.queries import thread_door

LAUNCHED = "SELECT EXISTS (SELECT FROM initiatives WHERE thread_id = $1 AND launched_at IS NOT NULL)"
# A draft that was made from a thread stays a draft, of its own.
DRAFTS_LET_GO = """
    UPDATE initiatives SET thread_id = NULL, consent_asked_at = NULL, consented_at = NULL
    WHERE thread_id = $1 AND launched_at IS NULL
"""
HIDDEN_BY_A_DOOR = (NotFound, NotAllowed, SignInNeeded)


async def thread_to_curate(actor: Actor, thread_id: int) -> ThreadState:
    """The thread, locked. One whose posts all went elsewhere is nothing to look after: NotFound."""
    thread = await thread_door(actor, thread_id, lock=True)
    if thread.merged_into is not None:
        raise NotFound
    return thread


async def two_threads(actor: Actor, thread_id: int, other_id: int, field: str) -> tuple[ThreadState, ThreadState]:
    """Both, locked in the order of their ids.

    Whoever may not look after the first is refused first. The second was named in a form's ``field``: one that the
    actor may not read and one that is not there are refused there, in the same words.
    """
    if thread_id == other_id:
        require(can_curate(actor, (await thread_to_curate(actor, thread_id)).group))
        raise Invalid({field: "same_thread"})
    found: dict[int, ThreadState] = {}
    refused: dict[int, Refusal] = {}
    for each in sorted((thread_id, other_id)):
        try:
            found[each] = await thread_to_curate(actor, each)
        except HIDDEN_BY_A_DOOR as refusal:
            refused[each] = refusal
    if thread_id in refused:
        raise refused[thread_id]
    require(can_curate(actor, found[thread_id].group))
    if other_id in refused:
        raise Invalid({field: "no_such_thread"})
    return found[thread_id], found[other_id]


async def named_group(actor: Actor, slug: str) -> GroupState:
    """A group that a form names: one that the actor may not read and one that is not there are refused alike."""
    try:
        group = await groups.door(actor, slug.strip().lower())
        require(can_read(actor, group))
    except HIDDEN_BY_A_DOOR:
        raise Invalid({"group": "unknown_group"}) from None
    return group


async def require_no_initiative(thread_id: int) -> None:
    """Raise Conflict where the thread is the discussion of a launched initiative: it stays where that one is."""
    if await is_of_initiative(thread_id):
        raise Conflict("thread_of_initiative")


async def is_of_initiative(thread_id: int) -> bool:
    async with connection() as sql:
        return bool(await sql.fetchval(LAUNCHED, thread_id))


async def let_drafts_go(thread_id: int) -> None:
    """Drafts of initiatives that were made from this thread are of no thread any more."""
    async with connection() as sql:
        await sql.execute(DRAFTS_LET_GO, thread_id)
