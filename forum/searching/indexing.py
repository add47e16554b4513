"""Keeping the index in step: posts are read again and put in, or taken out, many at a time."""
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable

import asyncpg

from forum.kit.transaction import connection
from forum.searching.engine import engine
from search.documents import Document

BATCH = 500

DOCUMENTS = """
    SELECT p.id, p.thread_id, t.group_id, t.title, p.text, t.language, a.username, a.display_name,
           floor(extract(epoch FROM p.created_at))::bigint AS created_at, p.number, t.kind,
           t.accepted_post_id IS NOT NULL AS answered, p.id = t.accepted_post_id AS accepted,
           position('href=' IN p.html) > 0 AS has_link
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN members a ON a.id = p.author_id
"""
SOME = DOCUMENTS + " WHERE p.id = ANY($1::bigint[]) AND p.state = 'public'"
NEXT = DOCUMENTS + " WHERE p.id > $1 AND p.state = 'public' ORDER BY p.id LIMIT $2"
COUNT = "SELECT count(*) FROM posts WHERE state = 'public'"


class Gatherer:
    """Jobs that run at the same time share one commit of the index: it costs far more than a document."""

    def __init__(self) -> None:
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
                await index_posts(batch)
            except BaseException:
                # What others wait for stays. Mine comes back with my next try: a post that cannot be indexed would
                # else spoil every batch after it.
                batch.subtract(mine)
                self._waiting.update(+batch)
                raise


async def index_posts(post_ids: Iterable[int]) -> None:
    wanted = sorted(post_ids)
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        async with connection() as sql:
            rows = await sql.fetch(SOME, some)
        public = {row["id"] for row in rows}
        if gone := [post_id for post_id in some if post_id not in public]:
            await engine().delete(gone)
        if rows:
            await engine().index([document(row) for row in rows])


async def every_document() -> AsyncIterator[list[Document]]:
    """All public posts in the order of their ids, a batch at a time."""
    last = 0
    while True:
        async with connection() as sql:
            rows = await sql.fetch(NEXT, last, BATCH * 4)
        if not rows:
            return
        last = rows[-1]["id"]
        yield [document(row) for row in rows]


async def count_documents() -> int:
    async with connection() as sql:
        return int(await sql.fetchval(COUNT))


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
