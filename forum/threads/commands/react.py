"""A nod: one of four, given and taken back."""
from auth.actor import Actor
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads import statements
from forum.threads.facts import ReactionsChanged
from forum.threads.models import Reaction, ReactionKind
from forum.threads.policies import can_react
from forum.threads.queries import post_door

GIVE = """
    INSERT INTO reactions (post_id, member_id, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
"""


@command
async def give_reaction(actor: Actor, post_id: int, kind: ReactionKind) -> None:
    """Giving it twice is giving it once."""
    info = await post_door(actor, post_id, lock=True)
    require(can_react(actor, info))
    async with connection() as sql:
        given = await sql.fetchval(GIVE, post_id, actor.member_id, kind.value)
    if given is not None:
        await _recount(actor, post_id, info.thread.id, info.thread.group.id)


@command
async def take_reaction(actor: Actor, post_id: int, kind: ReactionKind) -> None:
    info = await post_door(actor, post_id, lock=True)
    require(can_react(actor, info))
    if await Reaction.filter(post_id=post_id, member_id=actor.member_id, kind=kind).delete():
        await _recount(actor, post_id, info.thread.id, info.thread.group.id)


async def _recount(actor: Actor, post_id: int, thread_id: int, group_id: int) -> None:
    assert actor.member_id is not None
    async with connection() as sql:
        await sql.execute(statements.COUNT_REACTIONS, post_id)
    await record(
        ReactionsChanged(
            thread_id=thread_id, group_id=group_id, post_id=post_id, member_id=actor.member_id
        )
    )
