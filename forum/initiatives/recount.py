"""Counts the co-sponsors of initiatives anew, and looks at their histories, when ``forum doctor`` asks."""
from typing import Final

from forum.kit.transaction import command, connection

CHUNK: Final = 500

LOCK: Final = "SELECT id FROM initiatives WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
RECOUNT: Final = """
    UPDATE initiatives i SET cosponsor_count = c.there
    FROM unnest($1::bigint[]) AS w (id)
    CROSS JOIN LATERAL (SELECT count(*) AS there FROM cosponsors WHERE initiative_id = w.id) c
    WHERE i.id = w.id AND i.cosponsor_count <> c.there RETURNING i.id
"""
# Launched first, each change from where the one before it led, the last to where it stands.
BROKEN: Final = """
    SELECT count(*) FROM initiatives i LEFT JOIN LATERAL (
        SELECT bool_and(h.was = coalesce(h.before, 'draft')) AS follows, max(h.stage) FILTER (WHERE h.last) AS stage
        FROM (SELECT was, stage, lag(stage) OVER w AS before, lead(id) OVER w IS NULL AS last
              FROM stage_changes WHERE initiative_id = i.id WINDOW w AS (ORDER BY id)) h) c ON true
    WHERE coalesce(c.stage, 'draft') <> i.stage OR NOT coalesce(c.follows, true)
"""


async def recount_initiatives() -> int:
    """Put right what initiatives say of their co-sponsors; returns how many were wrong."""
    wrong, after = 0, 0
    while True:
        seen, corrected = await _recount_some(after)
        if not seen:
            return wrong
        wrong, after = wrong + corrected, seen[-1]


@command
async def _recount_some(after: int) -> tuple[list[int], int]:
    async with connection() as sql:
        # Locked by a statement of their own: the count then sees every co-sponsor who was stored before.
        seen = [row[0] for row in await sql.fetch(LOCK, after, CHUNK)]
        return seen, len(await sql.fetch(RECOUNT, seen)) if seen else 0


async def find_broken_histories() -> int:
    """How many initiatives stand where their history does not lead: always none."""
    async with connection() as sql:
        return int(await sql.fetchval(BROKEN))
