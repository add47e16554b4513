"""Hide, remove and restore posts, with what their threads say of them; whoever calls has asked whether they may."""
from collections.abc import Mapping, Sequence
from typing import Final

from forum.kit.errors import Conflict
from forum.kit.transaction import connection
from forum.moderation.facts import PostStateChanged
from forum.outbox.record import record_all
from forum.threads.models import PostState
from forum.threads.recount import recount_some

# Instead of a renderer's version: the text was deleted for good, and no way leads back.
PURGED: Final = 0

LOCK_THREADS = """
    SELECT id, group_id FROM threads WHERE id IN (SELECT thread_id FROM posts WHERE id = ANY($1::bigint[]))
    ORDER BY id FOR NO KEY UPDATE
"""
# Only what has a number: one that waits for its first look is published, not restored.
LOCK_POSTS = """
    SELECT id, thread_id, state, renderer FROM posts
    WHERE id = ANY($1::bigint[]) AND thread_id = ANY($2::bigint[]) AND number IS NOT NULL ORDER BY id FOR UPDATE
"""
SET = "UPDATE posts SET state = $2 WHERE id = ANY($1::bigint[])"
NO_ANSWER = "UPDATE threads SET accepted_post_id = NULL WHERE accepted_post_id = ANY($1::bigint[])"


async def set_states(wanted: Mapping[int, PostState]) -> dict[int, PostState]:
    """Give posts their states and count their threads anew; returns what each that changed was before.

    A post that is no longer public is no accepted answer. Raises Conflict where one was moved meanwhile, or has no
    number.
    """
    async with connection() as sql:
        groups = {row["id"]: row["group_id"] for row in await sql.fetch(LOCK_THREADS, list(wanted))}
        rows = await sql.fetch(LOCK_POSTS, list(wanted), list(groups))
        if len(rows) != len(wanted):
            raise Conflict("moved_on")
        changed = [row for row in rows if row["state"] != wanted[row["id"]] and row["renderer"] != PURGED]
        for state in {wanted[row["id"]] for row in changed}:
            ids = [row["id"] for row in changed if wanted[row["id"]] is state]
            await sql.execute(SET, ids, state.value)
            if state is not PostState.PUBLIC:
                await sql.execute(NO_ANSWER, ids)
    if changed:
        await recount_some([*{row["thread_id"] for row in changed}])
    before = {row["id"]: PostState(row["state"]) for row in changed}
    await record_all([
        PostStateChanged(
            thread_id=row["thread_id"],
            group_id=groups[row["thread_id"]],
            post_id=row["id"],
            state=wanted[row["id"]].value,
        )
        for row in changed
    ])
    return before


async def set_state(post_ids: Sequence[int], state: PostState) -> dict[int, PostState]:
    """All of them to one state."""
    return await set_states(dict.fromkeys(post_ids, state))
