"""The author of a thread lets it become an initiative, or not; a draft goes on without it."""
from auth.actor import Actor
from forum.initiatives.policies import can_consent, can_leave_thread
from forum.initiatives.queries.door import initiative_door
from forum.kit.transaction import command, connection
from forum.kit.verdict import require

AGREE = "UPDATE initiatives SET consented_at = now() WHERE id = $1"
# The draft goes on without the thread: its text is its makers'.
WITHOUT = "UPDATE initiatives SET thread_id = NULL, consent_asked_at = NULL, consented_at = NULL WHERE id = $1"


@command
async def give_consent(actor: Actor, initiative_id: int, *, agree: bool) -> None:
    require(can_consent(actor, await initiative_door(actor, initiative_id, lock=True)))
    async with connection() as sql:
        await sql.execute(AGREE if agree else WITHOUT, initiative_id)


@command
async def leave_thread(actor: Actor, initiative_id: int) -> None:
    """Its makers go on without the thread, whose author may be away or silent; it will have one of its own."""
    require(can_leave_thread(actor, await initiative_door(actor, initiative_id, lock=True)))
    async with connection() as sql:
        await sql.execute(WITHOUT, initiative_id)
