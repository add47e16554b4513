"""Say how far one has read."""
from auth.actor import Actor
from forum.groups import queries as groups
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.threads.policies import can_follow
from forum.threads.queries import thread_door

# A mark never goes back, and never beyond what the thread holds.
MARK = """
    INSERT INTO reading_marks (thread_id, member_id, last_number)
    SELECT id, $2, least($3, last_number) FROM threads WHERE id = $1
    ON CONFLICT (member_id, thread_id) DO UPDATE SET last_number = excluded.last_number
    WHERE reading_marks.last_number < excluded.last_number
"""
MARK_GROUP = """
    INSERT INTO group_marks (group_id, member_id, through_post_id)
    SELECT $1, $2, coalesce(max(last_post_id), 0) FROM threads WHERE group_id = $1
    ON CONFLICT (member_id, group_id) DO UPDATE SET through_post_id = excluded.through_post_id
    WHERE group_marks.through_post_id < excluded.through_post_id
"""
FORGET_GROUP = "DELETE FROM group_marks WHERE group_id = $1 AND member_id = $2"


@command
async def mark_read(actor: Actor, thread_id: int, number: int) -> None:
    """Everything up to post ``number`` is read; a lower number than before changes nothing."""
    thread = await thread_door(actor, thread_id)
    require(can_follow(actor, thread.group))
    assert actor.member_id is not None
    await store_mark(thread_id, actor.member_id, number)


@command
async def mark_group_read(actor: Actor, slug: str) -> None:
    """Everything in the group is read."""
    group = await groups.door(actor, slug)
    require(can_follow(actor, group))
    async with connection() as sql:
        await sql.execute(MARK_GROUP, group.id, actor.member_id)


async def store_mark(thread_id: int, member_id: int, number: int) -> None:
    async with connection() as sql:
        await sql.execute(MARK, thread_id, member_id, number)


async def start_from_here(group_id: int, member_id: int) -> None:
    """A newcomer's unread begins with what is posted after they came."""
    async with connection() as sql:
        await sql.execute(MARK_GROUP, group_id, member_id)


async def forget_group(group_id: int, member_id: int) -> None:
    async with connection() as sql:
        await sql.execute(FORGET_GROUP, group_id, member_id)
