"""What many people look for, for the site's staff."""
from auth.actor import Actor
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.searching.policies import can_see_statistics
from forum.searching.schemas import Trending, TrendingSearch
from forum.searching.trending import FEW

# Within a run nobody is counted twice, across runs somebody may be: so many people at least as the largest has.
TRENDING = """
    SELECT query, found, max(people)::int AS people
    FROM (SELECT run, query, found, sum(people) AS people FROM trending_queries
          WHERE day > (now() AT TIME ZONE 'UTC')::date - $1::int GROUP BY run, query, found) runs
    GROUP BY query, found HAVING max(people) >= $2 ORDER BY max(people) DESC, query LIMIT 400
"""


async def trending(actor: Actor, days: int) -> Trending:
    """What at least five people asked in the last so many days: what they found, and what they did not."""
    require(can_see_statistics(actor))
    async with connection() as sql:
        rows = await sql.fetch(TRENDING, days, FEW)
    found, missing = (
        [TrendingSearch(row["query"], row["people"]) for row in rows if row["found"] is kind] for kind in (True, False)
    )
    return Trending(days, found, missing)
