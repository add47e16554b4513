"""Threads to be found, written straight into the database; and an engine that is away."""

from forum.kit.transaction import connection
from search.engine import Answer, Query, SearchUnavailable
from tests.cast import Cast

MANY = """
    WITH made AS (
        INSERT INTO threads (group_id, author_id, title, slug, kind, language, last_number, post_count, last_post_at)
        SELECT $1, $2, 'Thread ' || n, 'thread', CASE WHEN n % 4 = 0 THEN 'question' ELSE 'discussion' END,
               CASE WHEN n % 3 = 0 THEN 'fr' ELSE 'en' END, 1, 1, now()
        FROM generate_series(1, $3::int) n RETURNING id
    )
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer, created_at)
    SELECT id, $2, 1, 'x', '<p>x</p>', $4::text, 1, timestamptz '2024-05-01' + id * interval '9 days' FROM made
    RETURNING thread_id
"""
IN_THREAD = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    SELECT $1, $2, n + 2, 'x', '<p>x</p>', $4::text, 1 FROM generate_series(1, $3::int) n RETURNING id
"""


async def threads(cast: Cast, count: int, text: str, kind: str = "public", author: str = "ben") -> list[int]:
    """Ids of new threads of one post each, every third in French, every fourth a question."""
    async with connection() as raw:
        rows = await raw.fetch(MANY, cast.groups[kind], cast.members[author], count, text)
    return sorted(row["thread_id"] for row in rows)


async def posts(cast: Cast, count: int, text: str, thread: int) -> list[int]:
    """Ids of new posts in a thread of the cast's."""
    async with connection() as raw:
        rows = await raw.fetch(IN_THREAD, thread, cast.members["fay"], count, text)
    return sorted(row["id"] for row in rows)


async def run(statement: str, *values: object) -> None:
    """What happens behind the index's back."""
    async with connection() as raw:
        await raw.execute(statement, *values)


class Away:
    """An engine that cannot answer."""

    async def search(self, query: Query) -> Answer:
        raise SearchUnavailable("away")
