"""Change one's own post, if nobody changed it since."""

from auth.actor import Actor
from forum.kit.errors import PreconditionMissing, Stale
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.commands.written import Written, write
from forum.threads.facts import PostEdited
from forum.threads.models import Mention, Post, Revision
from forum.threads.pace import check_edit
from forum.threads.policies import can_edit
from forum.threads.queries import post_door

STORE = """
    UPDATE posts SET body = $2, html = $3, text = $4, renderer = $5, version = version + 1, edited_at = now()
    WHERE id = $1
"""


async def edit_post(actor: Actor, post_id: int, body: str, version: int | None) -> None:
    """Replace the text and keep the old one as a revision; an equal text changes nothing.

    Raises Stale with both texts when ``version`` is not the stored one, PreconditionMissing without a version.
    """
    info = await post_door(actor, post_id)
    require(can_edit(actor, info))
    if version is None:
        raise PreconditionMissing
    await _edit(actor, post_id, await write(body, info.thread.group), version)


@command
async def _edit(actor: Actor, post_id: int, written: Written, version: int) -> None:
    info = await post_door(actor, post_id, lock=True)
    require(can_edit(actor, info))
    assert actor.member_id is not None
    stored = await Post.get(id=post_id)
    if stored.version != version:
        raise Stale(yours=written.body, theirs=stored.body, version=stored.version)
    if stored.body == written.body:
        return
    await check_edit(actor, written.rendered)
    await Revision.create(
        post_id=post_id, version=stored.version, body=stored.body, edited_by_id=actor.member_id
    )
    async with connection() as sql:
        await sql.execute(
            STORE, post_id, written.body, written.rendered.html, written.rendered.text, written.renderer
        )
    await _replace_mentions(post_id, written.mentioned)
    await record(
        PostEdited(
            thread_id=info.thread.id,
            group_id=info.thread.group.id,
            post_id=post_id,
            editor_id=actor.member_id,
        )
    )


async def _replace_mentions(post_id: int, mentioned: tuple[int, ...]) -> None:
    await Mention.filter(post_id=post_id).exclude(member_id__in=list(mentioned)).delete()
    await Mention.bulk_create(
        [Mention(post_id=post_id, member_id=member) for member in mentioned], ignore_conflicts=True
    )
