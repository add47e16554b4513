"""Delete a post's text for good; a bare tombstone stays where it stood."""
from auth.actor import Actor
from forum.kit.errors import Conflict
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, enter
from forum.moderation.models import ActKind
from forum.moderation.policies import can_purge
from forum.moderation.posts import PURGED, set_state
from forum.threads.models import PostState
from forum.threads.queries import post_door

# A poll has texts of its own, and votes that belong to others: it is removed, not purged.
IS_POLL = "SELECT kind = 'poll' FROM posts WHERE id = $1"
EMPTY = """
    UPDATE posts SET body = '–', html = '', text = '', renderer = $2, reactions = '{}', wiki = false, source_key = NULL,
        edited_at = NULL, version = version + 1
    WHERE id = $1
"""
WHAT_HUNG_ON_IT = (
    "DELETE FROM revisions WHERE post_id = $1",
    "DELETE FROM reactions WHERE post_id = $1",
    "DELETE FROM mentions WHERE post_id = $1",
    "DELETE FROM bookmarks WHERE post_id = $1",
    "DELETE FROM notices WHERE post_id = $1",
)


@command
async def purge_post(actor: Actor, post_id: int, reason: str) -> None:
    """The text, its versions, reactions and mentions are gone, and nothing brings them back.

    Raises Conflict for a poll, and for what has no number yet.
    """
    post = await post_door(actor, post_id, lock=True)
    require(can_purge(actor, post))
    reason = body_field(reason, "reason", most=REASON_LENGTH)
    async with connection() as sql:
        if await sql.fetchval(IS_POLL, post_id):
            raise Conflict("poll_not_purged")
    await set_state([post_id], PostState.REMOVED)
    async with connection() as sql:
        await sql.execute(EMPTY, post_id, PURGED)
        for statement in WHAT_HUNG_ON_IT:
            await sql.execute(statement, post_id)
    await enter(
        actor,
        ActKind.POST_PURGED,
        group_id=post.thread.group.id,
        thread_id=post.thread.id,
        post_id=post_id,
        member_id=post.author_id,
        reason=reason,
        before={"state": post.state.value},
    )
