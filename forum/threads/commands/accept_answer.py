"""Mark the post that answers a question."""
from auth.actor import Actor
from forum.kit.errors import Invalid
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.facts import AnswerAccepted, AnswerUnaccepted
from forum.threads.models import Post, PostState, Thread
from forum.threads.policies import can_accept_answer
from forum.threads.queries import thread_door


@command
async def accept_answer(actor: Actor, thread_id: int, post_id: int) -> None:
    """The question itself cannot be its answer."""
    thread = await thread_door(actor, thread_id, lock=True)
    require(can_accept_answer(actor, thread))
    assert actor.member_id is not None
    answer = await Post.get_or_none(id=post_id, thread_id=thread_id, state=PostState.PUBLIC)
    if answer is None or answer.number == 1:
        raise Invalid({"post_id": "not_in_thread"})
    changed = await Thread.filter(id=thread_id).exclude(accepted_post_id=post_id).update(
        accepted_post_id=post_id
    ) or await Thread.filter(id=thread_id, accepted_post_id=None).update(accepted_post_id=post_id)
    if changed:
        await record(
            AnswerAccepted(
                thread_id=thread_id,
                group_id=thread.group.id,
                post_id=post_id,
                actor_id=actor.member_id,
            )
        )


@command
async def unaccept_answer(actor: Actor, thread_id: int) -> None:
    thread = await thread_door(actor, thread_id, lock=True)
    require(can_accept_answer(actor, thread))
    assert actor.member_id is not None
    if await Thread.filter(id=thread_id, accepted_post_id__not_isnull=True).update(accepted_post_id=None):
        await record(
            AnswerUnaccepted(
                thread_id=thread_id, group_id=thread.group.id, actor_id=actor.member_id
            )
        )
