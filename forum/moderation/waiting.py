"""A newcomer's post that waits for its first look, when somebody has looked; its row is locked."""
from forum.kit.errors import Conflict
from forum.kit.transaction import connection
from forum.threads.models import PostState

SET = "UPDATE posts SET state = $3 WHERE id = $1 AND state = ANY($2::text[]) AND number IS NULL RETURNING id"


async def decline(post_id: int, state: PostState) -> None:
    """It appears nowhere: no fact, for nothing knew of it."""
    await _set(post_id, state, PostState.PENDING)


async def wait_again(post_id: int) -> None:
    await _set(post_id, PostState.PENDING, PostState.HIDDEN, PostState.REMOVED)


async def _set(post_id: int, state: PostState, *before: PostState) -> None:
    async with connection() as sql:
        if await sql.fetchval(SET, post_id, [each.value for each in before], state.value) is None:
            raise Conflict("not_waiting")
