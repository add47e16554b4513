"""Split chosen posts off to a thread of their own; their numbers stay behind and lead there."""
from collections.abc import Sequence
from typing import Any, Final

from auth.actor import Actor
from forum.curation.commands.move import tell_authors
from forum.curation.doors import is_of_initiative, thread_to_curate
from forum.curation.policies import can_curate, can_move
from forum.curation.relocation import relocate
from forum.curation.terms import reason_field
from forum.groups.policies import widens
from forum.kit.errors import Conflict, Invalid
from forum.kit.text import slugify
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.threads.commands.written import clean_title
from forum.threads.models import FollowLevel, PostKind, PostState, Thread
from forum.threads.queries import two_states

MOST_CHOSEN: Final = 1000

CHOSEN = """
    SELECT id, author_id, number, kind, state FROM posts
    WHERE thread_id = $1 AND id = ANY($2::bigint[]) AND number IS NOT NULL ORDER BY number
"""
ALL = "SELECT id FROM posts WHERE thread_id = $1 ORDER BY id"
OTHERS = "SELECT EXISTS (SELECT FROM posts WHERE thread_id = $1 AND state = 'public' AND NOT id = ANY($2::bigint[]))"
STILL_THERE = "SELECT id FROM posts WHERE thread_id = $1 AND id = ANY($2::bigint[]) ORDER BY id"
ANSWER_BACK = """
    UPDATE threads SET accepted_post_id = $2 WHERE id = $1 AND accepted_post_id IS NULL
        AND EXISTS (SELECT FROM posts WHERE id = $2 AND thread_id = $1 AND state = 'public')
"""


@command
async def split(actor: Actor, thread_id: int, posts: Sequence[int], *, title: str, reason: str = "") -> int:
    """Returns the new thread's id; it lies in the same group, and whoever wrote the first of these posts opened it.

    With the last public post go those that only few see: an emptied thread leads on. Raises Invalid for posts that are
    not in this thread, Conflict for an initiative's first post or its updates.
    """
    thread = await thread_to_curate(actor, thread_id)
    require(can_curate(actor, thread.group))
    title, reason = clean_title(title), reason_field(reason)
    chosen = await _chosen(thread_id, posts)
    opener = next((row for row in chosen if row["state"] == PostState.PUBLIC), None)
    if opener is None:
        raise Invalid({"posts": "none_public"})
    ids = [row["id"] for row in chosen]
    async with connection() as sql:
        if not await sql.fetchval(OTHERS, thread_id, ids):
            ids = [row["id"] for row in await sql.fetch(ALL, thread_id)]
    made = await Thread.create(
        group_id=thread.group.id,
        author_id=opener["author_id"],
        title=title,
        slug=slugify(title),
        language=(await Thread.get(id=thread_id)).language,
    )
    _same, target = await two_states(thread_id, made.id)
    moved = await relocate(thread, target, ids, follows=list(FollowLevel))
    await enter(
        actor,
        ActKind.THREAD_SPLIT,
        reason=reason,
        group_id=thread.group.id,
        thread_id=thread_id,
        after={"made": made.id},
        undo={"made": made.id, "posts": ids, "answer": moved.answer},
    )
    return int(made.id)


async def _chosen(thread_id: int, posts: Sequence[int]) -> list[dict[str, Any]]:
    wanted = set(posts)
    if not wanted:
        raise Invalid({"posts": "required"})
    if len(wanted) > MOST_CHOSEN:
        raise Invalid({"posts": "too_many"})
    async with connection() as sql:
        rows = [dict(row) for row in await sql.fetch(CHOSEN, thread_id, list(wanted))]
    if len(rows) != len(wanted):
        raise Invalid({"posts": "not_in_thread"})
    belongs = any(row["number"] == 1 or row["kind"] == PostKind.UPDATE for row in rows)
    if belongs and await is_of_initiative(thread_id):
        raise Conflict("post_of_initiative")
    return rows


@undoes(ActKind.THREAD_SPLIT)
async def join_again(actor: Actor, done: Done) -> None:
    """The posts go back to their numbers; what was written in the new thread since stays there."""
    assert done.thread_id is not None
    undo = done.undo
    thread, made = await two_states(done.thread_id, undo["made"])
    require(can_move(actor, made.group, thread.group))
    if thread.merged_into not in (None, made.id):
        raise Conflict("moved_on")
    async with connection() as sql:
        rows = await sql.fetch(STILL_THERE, made.id, undo["posts"])
        if not rows:
            raise Conflict("moved_on")
        await relocate(made, thread, [row["id"] for row in rows])
        if undo["answer"] is not None:
            await sql.execute(ANSWER_BACK, thread.id, undo["answer"])
    if widens(made.group, thread.group):
        await tell_authors(actor, done.id, thread.id, made)
