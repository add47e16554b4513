"""Posts as they come in while somebody is away: written at a moment, and indexed."""
from datetime import UTC, datetime, timedelta
from typing import Any

from forum.kit.markdown import RENDERER_VERSION
from forum.kit.transaction import connection
from forum.searching.indexing import index_posts
from tests.cast import Cast

POST = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer, created_at)
    SELECT id, $2, last_number + 1, $3, $3, $3, $4, $5 FROM threads WHERE id = $1 RETURNING id
"""
COUNTED = """
    UPDATE threads SET last_number = last_number + 1, post_count = post_count + 1, last_post_id = $2 WHERE id = $1
"""


async def write(cast: Cast, kind: str, text: str, *, by: str = "fay", in_minutes: int = 1) -> int:
    """A reply in the thread of that kind of group, so many minutes from now; its id."""
    at, thread = datetime.now(UTC) + timedelta(minutes=in_minutes), cast.threads[kind]
    async with connection() as raw:
        post = int(await raw.fetchval(POST, thread, cast.members[by], text, RENDERER_VERSION, at))
        await raw.execute(COUNTED, thread, post)
    await index_posts([post])
    return post


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)
