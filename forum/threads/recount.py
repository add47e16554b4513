"""Counts the posts of threads anew, after an import or when ``forum doctor`` asks."""
from collections.abc import Sequence
from typing import Final

from forum.kit.transaction import command, connection

CHUNK: Final = 500

LOCK: Final = """
    SELECT id FROM threads WHERE id > $1 AND ($2::bigint[] IS NULL OR group_id = ANY($2))
    ORDER BY id LIMIT $3 FOR UPDATE
"""
RECOUNT: Final = """
    UPDATE threads t SET post_count = c.public, last_number = greatest(t.last_number, c.highest),
        last_post_id = coalesce(l.place, 0), last_post_at = l.created_at, last_author_id = l.author_id
    FROM unnest($1::bigint[]) AS w (id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'public') AS public, greatest(coalesce(max(number), 0),
            (SELECT coalesce(max(number), 0) FROM moved_posts WHERE thread_id = w.id)) AS highest
        FROM posts WHERE thread_id = w.id) c
    LEFT JOIN LATERAL (
        SELECT coalesce(place, id) AS place, created_at, author_id FROM posts
        WHERE thread_id = w.id AND state = 'public' ORDER BY coalesce(place, id) DESC LIMIT 1) l ON true
    WHERE t.id = w.id AND (t.post_count <> c.public OR t.last_number < c.highest
        OR (t.last_post_id, t.last_post_at, t.last_author_id)
            IS DISTINCT FROM (coalesce(l.place, 0), l.created_at, l.author_id))
    RETURNING t.id
"""


async def recount_some(thread_ids: Sequence[int]) -> None:
    """Put right what these threads, whose rows the caller has locked, say of their posts."""
    async with connection() as sql:
        await sql.execute(RECOUNT, list(thread_ids))


async def recount_threads(group_ids: Sequence[int] | None = None) -> int:
    """Put right what threads say of their posts, in these groups or all; returns how many were wrong."""
    wrong, after = 0, 0
    while True:
        seen, corrected = await _recount_some(after, group_ids)
        if not seen:
            return wrong
        wrong, after = wrong + corrected, seen[-1]


@command
async def _recount_some(after: int, group_ids: Sequence[int] | None) -> tuple[list[int], int]:
    async with connection() as sql:
        # Locked by a statement of their own: the count then sees every post that was stored before.
        seen = [row[0] for row in await sql.fetch(LOCK, after, group_ids, CHUNK)]
        return seen, len(await sql.fetch(RECOUNT, seen)) if seen else 0


REACTIONS: Final = """
    UPDATE posts p SET reactions = coalesce(c.counts, '{}')
    FROM posts q LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(kind, n) AS counts FROM (
            SELECT kind, count(*) AS n FROM reactions WHERE post_id = q.id GROUP BY kind) k) c ON true
    WHERE p.id = q.id AND q.id IN (SELECT post_id FROM reactions UNION SELECT id FROM posts WHERE reactions <> '{}')
      AND p.reactions IS DISTINCT FROM coalesce(c.counts, '{}')
    RETURNING p.id
"""
GAPS: Final = """
    SELECT count(*) FROM (
        SELECT t.id FROM threads t LEFT JOIN (
            SELECT thread_id, number FROM posts WHERE number IS NOT NULL
            UNION ALL SELECT thread_id, number FROM moved_posts) p ON p.thread_id = t.id
        GROUP BY t.id HAVING count(p.number) <> t.last_number OR count(DISTINCT p.number) <> t.last_number
            OR coalesce(max(p.number), 0) <> t.last_number) wrong
"""


@command
async def recount_reactions() -> int:
    """Put right what posts say of their reactions; returns how many were wrong."""
    async with connection() as sql:
        return len(await sql.fetch(REACTIONS))


async def find_gaps() -> int:
    """How many threads have post numbers with gaps: always none."""
    async with connection() as sql:
        return int(await sql.fetchval(GAPS))
