"""Tell the co-sponsors how it goes: a post of its own kind in the discussion."""
from auth.actor import Actor
from forum.initiatives.policies import can_post_update
from forum.initiatives.queries.door import initiative_door
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.commands.post_reply import add_post
from forum.threads.commands.written import Written, write
from forum.threads.facts import ReplyPosted
from forum.threads.models import PostKind
from forum.threads.pace import require_trust
from forum.threads.policies import can_reply
from forum.threads.queries import thread_door


async def post_update(actor: Actor, initiative_id: int, body: str) -> int:
    """Returns the post's id. A locked discussion takes updates from whom it takes replies: the facilitators."""
    state = await initiative_door(actor, initiative_id)
    require(can_post_update(actor, state))
    return await _post(actor, initiative_id, await write(body, state.group))


@command
async def _post(actor: Actor, initiative_id: int, written: Written) -> int:
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_post_update(actor, state))
    assert actor.member_id is not None and state.thread_id is not None
    thread = await thread_door(actor, state.thread_id, lock=True)
    require(can_reply(actor, thread))
    await require_trust(actor, thread.group)
    post_id, number = await add_post(actor.member_id, thread.id, written, kind=PostKind.UPDATE)
    await record(
        ReplyPosted(
            thread_id=thread.id,
            group_id=thread.group.id,
            post_id=post_id,
            number=number,
            author_id=actor.member_id,
        )
    )
    return post_id
