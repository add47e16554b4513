"""Take back one's own post: a bare tombstone stays, so that the numbers keep their order."""
from auth.actor import Actor
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads import statements
from forum.threads.facts import AnswerUnaccepted, PostWithdrawn
from forum.threads.models import Mention, Post, PostState, Thread
from forum.threads.policies import can_withdraw
from forum.threads.queries import post_door


@command
async def withdraw_post(actor: Actor, post_id: int) -> None:
    """Hide the text from everybody but those who look after the group."""
    info = await post_door(actor, post_id, lock=True)
    require(can_withdraw(actor, info))
    assert actor.member_id is not None
    was_answer = await Thread.filter(id=info.thread.id, accepted_post_id=post_id).exists()
    await Post.filter(id=post_id).update(state=PostState.WITHDRAWN)
    if info.state is PostState.PUBLIC:
        async with connection() as sql:
            await sql.execute(statements.LOSE_POST, info.thread.id, post_id)
    await Mention.filter(post_id=post_id).delete()
    await record(
        PostWithdrawn(
            thread_id=info.thread.id,
            group_id=info.thread.group.id,
            post_id=post_id,
            actor_id=actor.member_id,
        )
    )
    if was_answer:
        await record(
            AnswerUnaccepted(thread_id=info.thread.id, group_id=info.thread.group.id, actor_id=actor.member_id)
        )
