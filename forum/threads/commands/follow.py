"""Choose how much to hear of a group or a thread, and keep a post for later."""
from auth.actor import Actor
from forum.groups import queries as groups
from forum.kit.errors import NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.threads.models import Bookmark, FollowLevel, GroupFollow, PostState, ThreadFollow
from forum.threads.policies import can_follow
from forum.threads.queries import post_door, thread_door

FOLLOW_GROUP = """
    INSERT INTO group_follows (group_id, member_id, level) VALUES ($1, $2, $3)
    ON CONFLICT (group_id, member_id) DO UPDATE SET level = excluded.level
"""
FOLLOW_THREAD = """
    INSERT INTO thread_follows (thread_id, member_id, level) VALUES ($1, $2, $3)
    ON CONFLICT (thread_id, member_id) DO UPDATE SET level = excluded.level
"""
KEEP = "INSERT INTO bookmarks (post_id, member_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"


@command
async def follow_group(actor: Actor, slug: str, level: FollowLevel) -> None:
    group = await groups.door(actor, slug)
    require(can_follow(actor, group))
    async with connection() as sql:
        await sql.execute(FOLLOW_GROUP, group.id, actor.member_id, level.value)


@command
async def unfollow_group(actor: Actor, slug: str) -> None:
    """Back to what the group's members hear by default."""
    group = await groups.door(actor, slug)
    require(can_follow(actor, group))
    await GroupFollow.filter(group_id=group.id, member_id=actor.member_id).delete()


@command
async def follow_thread(actor: Actor, thread_id: int, level: FollowLevel) -> None:
    thread = await thread_door(actor, thread_id)
    require(can_follow(actor, thread.group))
    async with connection() as sql:
        await sql.execute(FOLLOW_THREAD, thread_id, actor.member_id, level.value)


@command
async def unfollow_thread(actor: Actor, thread_id: int) -> None:
    thread = await thread_door(actor, thread_id)
    require(can_follow(actor, thread.group))
    await ThreadFollow.filter(thread_id=thread_id, member_id=actor.member_id).delete()


@command
async def keep_bookmark(actor: Actor, post_id: int) -> None:
    post = await post_door(actor, post_id)
    require(can_follow(actor, post.thread.group))
    if post.state is not PostState.PUBLIC:
        raise NotFound
    async with connection() as sql:
        await sql.execute(KEEP, post_id, actor.member_id)


@command
async def drop_bookmark(actor: Actor, post_id: int) -> None:
    post = await post_door(actor, post_id)
    require(can_follow(actor, post.thread.group))
    await Bookmark.filter(post_id=post_id, member_id=actor.member_id).delete()
