"""Keeping the index in step: posts are read again and put in, or taken out, many at a time.

What a document holds is in ``DOCUMENTS``: the first post's holds its thread's tags and summary as well. Whatever
changes one of its columns records a fact whose jobs index the posts concerned (`forum/subscriptions.py`;
`tests/searching/test_facts.py` holds that none is forgotten). A group's visibility and its members are no part of a
document: each search is narrowed to the groups that its actor may read at that moment, and each hit is read again
through the same door. So closing a group has nothing to index.
"""
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence

import asyncpg

from forum.kit.transaction import connection
from forum.searching.engine import engine
from search.documents import Document

BATCH = 500

DOCUMENTS = """
    SELECT p.id, p.thread_id, t.group_id, t.title, t.language, a.username, a.display_name,
           CASE WHEN p.number = 1 THEN concat_ws(E'\\n\\n', p.text, nullif(array_to_string(t.tags, ' '), ''),
               (SELECT s.body FROM summaries s WHERE s.thread_id = t.id AND s.removed_at IS NULL))
           ELSE p.text END AS text,
           floor(extract(epoch FROM p.created_at))::bigint AS created_at, p.number, t.kind,
           t.accepted_post_id IS NOT NULL AS answered, p.id = t.accepted_post_id AS accepted,
           position('href=' IN p.html) > 0 AS has_link
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN members a ON a.id = p.author_id
"""
SOME = DOCUMENTS + " WHERE p.id = ANY($1::bigint[]) AND p.state = 'public'"
BETWEEN = DOCUMENTS + " WHERE p.id BETWEEN $1 AND $2 AND p.state = 'public'"
NEXT = DOCUMENTS + " WHERE p.id > $1 AND p.state = 'public' ORDER BY p.id LIMIT $2"
COUNT = "SELECT count(*) FROM posts WHERE state = 'public'"


class Gatherer:
    """Jobs that run at the same time share one commit of the index: it costs far more than a document."""

    def __init__(self, write: Callable[[Collection[int]], Awaitable[None]]) -> None:
        self._write = write
        # How many jobs wait for each post.
        self._waiting: Counter[int] = Counter()
        self._turn = asyncio.Lock()

    async def index(self, post_ids: Iterable[int]) -> None:
        """Return when these posts are indexed as they are stored now (or taken out, when no longer public)."""
        mine = set(post_ids)
        self._waiting.update(mine)
        async with self._turn:
            if not mine & self._waiting.keys():
                return
            batch, self._waiting = self._waiting, Counter()
            try:
                await self._write(batch)
            except BaseException:
                # What others wait for stays. Mine comes back with my next try: a post that cannot be indexed would
                # else spoil every batch after it.
                batch.subtract(mine)
                self._waiting.update(+batch)
                raise


async def index_posts(post_ids: Iterable[int]) -> None:
    """Index these posts as they are stored, and take out those that are not public (any more)."""
    wanted = sorted(set(post_ids))
    for start in range(0, len(wanted), BATCH):
        await _index(wanted[start : start + BATCH])


async def _index(post_ids: Sequence[int]) -> None:
    """Write, and look again: a process that read before a change may write after the one that read it.

    Whoever writes last finds out that it is no longer so, and writes once more.
    """
    changed, stored = post_ids, await documents(SOME, post_ids)
    while changed:
        if gone := [post_id for post_id in changed if post_id not in stored]:
            await engine().delete(gone)
        if there := [stored[post_id] for post_id in changed if post_id in stored]:
            await engine().index(there)
        now = await documents(SOME, post_ids)
        changed = [post_id for post_id in post_ids if now.get(post_id) != stored.get(post_id)]
        stored = now


async def every_document() -> AsyncIterator[list[Document]]:
    """All public posts in the order of their ids, a batch at a time."""
    last = 0
    while some := await documents(NEXT, last, BATCH * 4):
        last = max(some)
        yield list(some.values())


async def count_documents() -> int:
    async with connection() as sql:
        return int(await sql.fetchval(COUNT))


async def documents(statement: str, *values: object) -> dict[int, Document]:
    """What one of the statements above finds, by the ids of the posts."""
    async with connection() as sql:
        rows = await sql.fetch(statement, *values)
    return {row["id"]: document(row) for row in rows}


def document(row: asyncpg.Record) -> Document:
    return Document(
        post_id=row["id"],
        thread_id=row["thread_id"],
        group_id=row["group_id"],
        title=row["title"],
        text=row["text"],
        language=row["language"],
        author=row["username"],
        created_at=row["created_at"],
        number=row["number"],
        kind=row["kind"],
        author_name=row["display_name"],
        answered=row["answered"],
        accepted=row["accepted"] or False,
        has_link=row["has_link"],
    )
