"""Merge a thread into another: its posts come after those that are there, and its address leads there."""
from typing import Any

from auth.actor import Actor
from forum.curation.commands.move import require_meant, tell_authors
from forum.curation.doors import two_threads
from forum.curation.policies import can_move
from forum.curation.relocation import Relocated, relocate
from forum.curation.terms import reason_field
from forum.groups.policies import widens
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.threads.models import FollowLevel
from forum.threads.policies import ThreadState
from forum.threads.queries import two_states

# A question without an answer takes the one that came with the merged thread.
ANSWER = """
    UPDATE threads SET accepted_post_id = $2 WHERE id = $1 AND kind = 'question' AND accepted_post_id IS NULL
        AND EXISTS (SELECT FROM posts WHERE id = $2 AND thread_id = $1 AND state = 'public')
"""
DUPLICATES = "UPDATE threads SET duplicate_of_id = $2 WHERE duplicate_of_id = $1 AND id <> $2 RETURNING id"
NO_DUPLICATE_OF_ITSELF = "UPDATE threads SET duplicate_of_id = NULL WHERE id = $2 AND duplicate_of_id = $1"
DUPLICATES_BACK = "UPDATE threads SET duplicate_of_id = $2 WHERE id = ANY($3::bigint[]) AND duplicate_of_id = $1"
# $1 the target; what came by the merge and is still there.
STILL_THERE = """
    SELECT id FROM posts WHERE thread_id = $1 AND (number BETWEEN $2 AND $3 OR id = ANY($4::bigint[])) ORDER BY id
"""
FOLLOWS_BACK = "DELETE FROM thread_follows WHERE thread_id = $1 AND member_id = ANY($2::bigint[]) AND level = 'all'"
DRAFTS_BACK = "UPDATE drafts SET thread_id = $2 WHERE thread_id = $1 AND id = ANY($3::bigint[])"


@command
async def merge(actor: Actor, thread_id: int, into: int, *, reason: str = "", widening: bool = False) -> int:
    """Returns the act's id.

    Raises Invalid where more people would read its posts and ``widening`` does not say that this is meant; their
    authors are told then. Conflict where it is the discussion of an initiative, or has no post.
    """
    reason = reason_field(reason)
    source, target = await two_threads(actor, thread_id, into, "into")
    require(can_move(actor, source.group, target.group))
    wider = require_meant(source.group, target.group, widening)
    moved = await relocate(source, target, follows=[FollowLevel.ALL])
    act_id = await enter(
        actor,
        ActKind.THREAD_MERGED,
        reason=reason,
        group_id=source.group.id,
        other_group_id=target.group.id,
        thread_id=source.id,
        after={"into": target.id},
        undo=await _settle(source, target, moved),
    )
    if wider:
        await tell_authors(actor, act_id, target.id, source)
    return act_id


async def _settle(source: ThreadState, target: ThreadState, moved: Relocated) -> dict[str, Any]:
    """What else spoke of the source speaks of the target now; returns what it takes to undo all of it."""
    async with connection() as sql:
        if moved.answer is not None:
            await sql.execute(ANSWER, target.id, moved.answer)
        duplicates = [row["id"] for row in await sql.fetch(DUPLICATES, source.id, target.id)]
        await sql.execute(NO_DUPLICATE_OF_ITSELF, source.id, target.id)
    return {
        "into": target.id,
        "first": moved.first,
        "last": moved.last,
        "unnumbered": moved.unnumbered,
        "follows": moved.follows,
        "drafts": moved.drafts,
        "answer": moved.answer,
        "duplicates": duplicates,
    }


@undoes(ActKind.THREAD_MERGED)
async def unmerge(actor: Actor, done: Done) -> None:
    """The posts that came by the merge go back, and their authors hear if others read there; what is newer stays."""
    assert done.thread_id is not None
    undo = done.undo
    source, target = await two_states(done.thread_id, undo["into"])
    require(can_move(actor, source.group, target.group))
    if source.merged_into != target.id:
        raise Conflict("moved_on")
    async with connection() as sql:
        rows = await sql.fetch(STILL_THERE, target.id, undo["first"], undo["last"], undo["unnumbered"])
        if not rows:
            raise Conflict("moved_on")
        await relocate(target, source, [row["id"] for row in rows])
        await sql.execute(FOLLOWS_BACK, target.id, undo["follows"])
        await sql.execute(DRAFTS_BACK, target.id, source.id, undo["drafts"])
        await sql.execute(DUPLICATES_BACK, target.id, source.id, undo["duplicates"])
        if undo["answer"] is not None:
            await sql.execute(ANSWER, source.id, undo["answer"])
    if widens(target.group, source.group):
        await tell_authors(actor, done.id, source.id, target)
