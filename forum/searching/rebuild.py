"""Make the whole index anew while the old one serves, then catch up with what happened meanwhile."""
from collections.abc import Callable

from forum.outbox.stream import facts_after, newest_cursor
from forum.searching.engine import engine
from forum.searching.indexing import count_documents, every_document, index_posts

Progress = Callable[[int, int], None]


async def rebuild(progress: Progress | None = None) -> int:
    """Returns how many posts were indexed. ``progress`` gets (done, total)."""
    cursor = await newest_cursor()
    total, done = await count_documents(), 0
    async with engine().rebuild() as builder:
        async for documents in every_document():
            await builder.add(documents)
            done += len(documents)
            if progress is not None:
                progress(done, total)
    # Replay: what was written or taken back while the new index was being filled.
    while facts := await facts_after(cursor):
        cursor = facts[-1].cursor
        posts = {fact.payload["post_id"] for fact in facts if "post_id" in fact.payload}
        await index_posts(int(str(post_id)) for post_id in posts)
    return done
