"""Half a year of moderation, counted for everybody."""
from datetime import UTC, datetime
from typing import Final

import msgspec

from forum.kit.errors import Invalid
from forum.kit.transaction import connection
from forum.moderation.schemas import TransparencyReport
from forum.moderation.transparency import HalfYear, half_year_of, report

FEW: Final = 3
# $1 and $2: the half-year, $3: how few of closed and hidden groups would tell of somebody. What lies in no group is the
# site's. Those groups count once the half-year is over, so that nobody sees a number move when something happens there.
REPORT = """
    WITH period AS (
        SELECT $1::date::timestamp AT TIME ZONE 'UTC' AS begins, $2::date::timestamp AT TIME ZONE 'UTC' AS ends
    ), each AS (
        SELECT 'flag' AS what, f.reason AS a, '' AS b, c.group_id, NULL::float8 AS hours
        FROM period, flags f JOIN cases c ON c.id = f.case_id WHERE f.created_at >= begins AND f.created_at < ends
        UNION ALL
        SELECT 'case', origin, '', group_id, NULL FROM period, cases WHERE created_at >= begins AND created_at < ends
        UNION ALL
        SELECT 'verdict', decision, coalesce(reason, ''), group_id,
            (extract(epoch FROM decided_at - created_at) / 3600)::float8
        FROM period, cases WHERE decided_at >= begins AND decided_at < ends
        UNION ALL
        SELECT 'appeal', '', '', c.group_id, NULL
        FROM period, appeals p JOIN cases c ON c.id = p.case_id WHERE p.created_at >= begins AND p.created_at < ends
        UNION ALL
        SELECT 'outcome', p.outcome, '', c.group_id,
            (extract(epoch FROM p.decided_at - p.created_at) / 3600)::float8
        FROM period, appeals p JOIN cases c ON c.id = p.case_id WHERE p.decided_at >= begins AND p.decided_at < ends
        UNION ALL
        SELECT unnest(CASE WHEN c.decision IN ('hide', 'hide_and_silence', 'remove')
            THEN '{automatic,confirmed}'::text[] ELSE '{automatic}' END), '', '', k.group_id, NULL
        FROM period, acts k LEFT JOIN cases c ON c.id = k.case_id
        WHERE k.actor_id IS NULL AND k.kind = 'post.hidden' AND k.created_at >= begins AND k.created_at < ends
        UNION ALL
        SELECT 'sanction', kind, '', group_id, NULL
        FROM period, sanctions WHERE created_at >= begins AND created_at < ends
        UNION ALL
        SELECT 'undone', '', '', group_id, NULL FROM period, acts WHERE undone_at >= begins AND undone_at < ends
    ), placed AS MATERIALIZED (
        SELECT each.*, g.id IS NOT NULL AS shut
        FROM each LEFT JOIN groups g ON g.id = each.group_id AND g.visibility IN ('closed', 'hidden')
    ), cells AS MATERIALIZED (
        SELECT what, a, b, shut, count(*) AS n FROM placed GROUP BY what, a, b, shut
        HAVING NOT shut OR (count(*) >= $3 AND (SELECT ends <= now() FROM period))
    ), timed AS (
        SELECT what, hours FROM placed JOIN cells USING (what, a, b, shut) WHERE hours IS NOT NULL
    )
    SELECT json_build_object(
        'counts', (SELECT coalesce(json_agg(json_build_array(what, a, b, n)), '[]')
                   FROM (SELECT what, a, b, sum(n)::bigint AS n FROM cells GROUP BY what, a, b) whole),
        'median_hours', percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE what = 'verdict'),
        'within_a_day', avg((hours <= 24)::int) FILTER (WHERE what = 'verdict'),
        'appeal_median_hours', percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE what = 'outcome'),
        'complete', (SELECT ends <= now() FROM period),
        'earlier', (SELECT coalesce(min(s.created_at) < max(begins), false) FROM site s, period))
    FROM timed
"""


async def transparency(wanted: str | None) -> TransparencyReport:
    """The report of a half-year such as 2026-1, without one of that which runs; Invalid for one that has not begun."""
    running = half_year_of(datetime.now(UTC).date())
    year, _, half = (wanted or str(running)).partition("-")
    period = HalfYear(int(year), int(half))
    if period > running:
        raise Invalid({"period": "not_valid"})
    async with connection() as sql:
        body = await sql.fetchval(REPORT, period.begins, period.after.begins, FEW)
    return report(period, msgspec.json.decode(body))
