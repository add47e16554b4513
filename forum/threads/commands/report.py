"""Tell the facilitators that a post needs their eyes (until moderation brings its queue)."""
from auth.actor import Actor
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.facts import PostReported
from forum.threads.policies import can_report
from forum.threads.queries import post_door


@command
async def report_post(actor: Actor, post_id: int, note: str = "") -> None:
    post = await post_door(actor, post_id)
    require(can_report(actor, post))
    assert actor.member_id is not None
    await record(
        PostReported(
            thread_id=post.thread.id,
            group_id=post.thread.group.id,
            post_id=post_id,
            reporter_id=actor.member_id,
            note=body_field(note, "note", least=0, most=1000),
        )
    )
