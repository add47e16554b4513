"""Index what was written; each job re-reads, so running twice or late does no harm."""
from forum.jobs.queue import Lane, job
from forum.kit.transaction import connection
from forum.searching.indexing import Gatherer

POSTS_OF_THREAD = "SELECT id FROM posts WHERE thread_id = $1"

_gatherer = Gatherer()


@job("searching.index_post", lane=Lane.INDEXING)
async def index_post(post_id: int) -> None:
    await _gatherer.index([post_id])


@job("searching.index_thread", lane=Lane.INDEXING)
async def index_thread(thread_id: int) -> None:
    """All its posts: each carries the title."""
    async with connection() as sql:
        rows = await sql.fetch(POSTS_OF_THREAD, thread_id)
    await _gatherer.index(row["id"] for row in rows)
