"""How long those wait who wait for a look at their first posts."""
from forum.kit.transaction import connection

MEDIAN = """
    SELECT ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)) / 3600)::int
    FROM (SELECT created_at, decided_at FROM cases
          WHERE decided_at > now() - interval '90 days' AND origin = 'newcomer'
          ORDER BY decided_at DESC LIMIT 200) recent
"""


async def median_wait() -> int | None:
    """The median hours, rounded up, of the last 200 first posts of 90 days; None where there was none."""
    async with connection() as sql:
        hours: int | None = await sql.fetchval(MEDIAN)
    return hours
