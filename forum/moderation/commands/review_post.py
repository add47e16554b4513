"""Take up a post that nobody flagged, and bring one back that was hidden or removed."""
from auth.actor import Actor
from forum.groups.policies import can_moderate
from forum.kit.errors import Conflict, NotAllowed, NotFound
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.commands.open_case import open_case
from forum.moderation.models import ActKind, CaseOrigin
from forum.moderation.posts import set_state, set_states
from forum.moderation.targets import Target, TargetKind
from forum.threads.models import PostState
from forum.threads.policies import PostInfo, can_read_post
from forum.threads.queries import post_door

TAKEN_AWAY = (PostState.HIDDEN, PostState.REMOVED)


async def _door(actor: Actor, post_id: int) -> PostInfo:
    post = await post_door(actor, post_id, lock=True)
    require(can_read_post(actor, post))
    require(can_moderate(actor, post.thread.group))
    if post.state is PostState.WITHDRAWN:
        raise NotFound
    return post


@command
async def review_post(actor: Actor, post_id: int) -> int:
    """The open case about it, or a new one: whatever is done to a post is decided there; returns the case's id."""
    post = await _door(actor, post_id)
    target = Target(TargetKind.POST, post_id)
    return await open_case(target, CaseOrigin.FLAG, post.author_id, post.thread.group.id)


@command
async def restore_post(actor: Actor, post_id: int, reason: str = "") -> None:
    """Raises Conflict where it is neither hidden nor removed, waits for its first look, or was deleted for good.

    Nobody brings back what is their own.
    """
    post = await _door(actor, post_id)
    if post.author_id == actor.member_id:
        raise NotAllowed("own_case")
    if post.state not in TAKEN_AWAY or post.number is None or not await set_state([post_id], PostState.PUBLIC):
        raise Conflict("not_taken_away")
    await enter(
        actor,
        ActKind.POST_RESTORED,
        reason=body_field(reason, "reason", least=0, most=REASON_LENGTH),
        group_id=post.thread.group.id,
        thread_id=post.thread.id,
        post_id=post_id,
        member_id=post.author_id,
        before={"state": post.state.value},
        undo={"state": post.state.value},
    )


@undoes(ActKind.POST_RESTORED)
async def _take_away_again(actor: Actor, done: Done) -> None:
    assert done.post_id is not None
    post = await _door(actor, done.post_id)
    if post.state is not PostState.PUBLIC:
        raise Conflict("moved_on")
    await set_states({done.post_id: PostState(done.undo["state"])})
