"""python -m tests.bench.initiatives: the SQL of lists and pages, of 10,000 initiatives with 100,000 co-sponsorships."""

import argparse
import asyncio
import sys
import time
from typing import Any

import asyncpg
import msgspec

from auth.actor import Actor, Status
from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.initiatives.models import Stage
from forum.initiatives.queries.list import (
    CLOSING_SOON,
    DRAFTS_AND_PLACES,
    LIST_AND_PLACES,
    WAITING,
    _parameters,
    _sort,
)
from forum.initiatives.queries.page import MOST_SHOWN, PAGE
from forum.initiatives.schemas import InitiativesWanted, Sort
from forum.kit.transaction import connection
from tests.bench.table import machine
from tests.support import database

INITIATIVES, COSPONSORSHIPS, MEMBERS, GROUPS = 10_000, 100_000, 5_000, 50

FILL = (
    """
    INSERT INTO groups (slug, title, theme, purpose, visibility, policy)
    SELECT 'bench-' || n, 'Group ' || n, 'security', 'For the bench.',
        CASE WHEN n % 5 = 0 THEN 'closed' ELSE 'public' END, 'open' FROM generate_series(1, $1::int) n
    """,
    """
    INSERT INTO members (username, display_name, status, country)
    SELECT 'bench' || n, 'Member ' || n, 'active',
        (ARRAY['MT','CH','KE','BR','JP','EG','FR','IN','US','DE'])[1 + n % 10]
    FROM generate_series(1, $1::int) n
    """,
    """
    INSERT INTO threads (group_id, author_id, title, slug, post_count, last_number)
    SELECT (SELECT min(id) FROM groups WHERE slug LIKE 'bench-%') + n % 50,
        (SELECT min(id) FROM members WHERE username LIKE 'bench%') + n % 5000, 'Discussion ' || n, 'd', 0, 0
    FROM generate_series(1, $1::int) n
    """,
    # Of ten: three gather, three are active (one in three is owed an answer), two are completed, two ended otherwise.
    """
    INSERT INTO initiatives (group_id, created_by_id, title, slug, aim, aim_html, why, why_html, ask, ask_html,
        renderer, languages, stage, goal, gathering_ends_at, cosponsor_count, thread_id, launched_at, reached_at,
        answer_due_at, ended_at)
    SELECT t.group_id, t.author_id, 'Initiative ' || t.n, 'initiative', x.text, x.text, x.text, x.text, x.text, x.text,
        1, ARRAY[(ARRAY['en','fr','es','ar','zh','ru','pt'])[1 + t.n % 7]], s.stage, 10 + t.n % 40,
        now() + ((t.n * 7919) % 120) * interval '1 day' + interval '1 hour', 0, t.id, now(),
        CASE WHEN s.stage IN ('active', 'completed') THEN now() END,
        CASE WHEN s.stage = 'active' AND t.n % 3 = 0 THEN now() + (t.n % 40 - 20) * interval '1 day' END,
        CASE WHEN s.stage IN ('completed', 'lapsed', 'withdrawn') THEN now() END
    FROM (SELECT id, group_id, author_id, row_number() OVER (ORDER BY id) AS n FROM threads WHERE slug = 'd') t
    CROSS JOIN LATERAL (SELECT (ARRAY['gathering','gathering','gathering','active','active','active','completed',
        'completed','lapsed','withdrawn'])[1 + (t.n / 50) % 10] AS stage) s
    CROSS JOIN (SELECT repeat('What is said here is as long as people write. ', 40) AS text) x WHERE t.n <= $1
    """,
    """
    INSERT INTO initiative_leads (initiative_id, member_id, role, state, answered_at)
    SELECT i.id, (SELECT min(id) FROM members WHERE username LIKE 'bench%') + (i.id * 31 + l.n * 977) % 5000,
        CASE l.n WHEN 0 THEN 'lead' ELSE 'co_lead' END, 'accepted', now()
    FROM initiatives i CROSS JOIN generate_series(0, 1) l (n) WHERE i.id <= $1::bigint * 100
    ON CONFLICT DO NOTHING
    """,
    # Few have many: the square of chance.
    """
    INSERT INTO cosponsors (initiative_id, member_id)
    SELECT DISTINCT b.first + (b.many * x.at * x.at)::int % b.many, b.member + x.who
    FROM (SELECT min(i.id) AS first, count(*) AS many, (SELECT min(id) FROM members WHERE username LIKE 'bench%')
          AS member FROM initiatives i) b
    CROSS JOIN (SELECT random() AS at, (random() * 4999)::int AS who FROM generate_series(1, $1::int * 11 / 10)) x
    LIMIT $1
    """,
    """
    UPDATE initiatives i SET cosponsor_count = c.n
    FROM (SELECT initiative_id, count(*) AS n FROM cosponsors GROUP BY 1) c
    WHERE c.initiative_id = i.id AND $1::int > 0
    """,
)
SIZES = (GROUPS, MEMBERS, INITIATIVES, INITIATIVES, INITIATIVES, COSPONSORSHIPS, 1)
READER = """
    SELECT (SELECT min(id) FROM members WHERE username LIKE 'bench%') AS id,
        (SELECT array_agg(id) FROM groups WHERE visibility = 'public') AS groups
"""
BUSIEST = "SELECT id FROM initiatives WHERE group_id = ANY($1::bigint[]) ORDER BY cosponsor_count DESC LIMIT 1"
DEEP = (
    "SELECT (extract(epoch FROM gathering_ends_at) * 1000000)::bigint || '.' || id FROM initiatives"
    " WHERE stage = 'gathering' ORDER BY gathering_ends_at, id OFFSET 1500 LIMIT 1"
)

HEAD = "| list | planned and run, ms | asked, ms | blocks |\n|---|--:|--:|--:|\n"


def filters(deep: str) -> dict[str, dict[str, Any]]:
    return {
        "all": {},
        "a group": {"group": "bench-7"},
        "a stage": {"stage": Stage.ACTIVE},
        "a rare stage": {"stage": Stage.LAPSED},
        "a stage that none has": {"stage": Stage.DECLINED},
        "a language": {"language": "zh"},
        "a country of leads": {"country": "MT"},
        "a country without leads": {"country": "IS"},
        "overdue answers": {"answer": "overdue"},
        "all at once": {"group": "bench-7", "stage": Stage.GATHERING, "language": "zh", "country": "KE"},
        "far down (closing)": {"after": deep, "sort": Sort.CLOSING},
        "own drafts": {"stage": Stage.DRAFT},
    }


async def measure(raw: asyncpg.Connection, statement: str, values: tuple[Any, ...], times: int) -> tuple[float, ...]:
    """The best of several: milliseconds of planning and running, of asking as the site does; blocks touched."""
    found, asked = [], []
    for _ in range(times + 6):  # after the fifth, PostgreSQL may keep one plan for all values
        began = time.perf_counter()
        await raw.fetch(statement, *values)
        asked.append((time.perf_counter() - began) * 1000)
    for _ in range(times):
        text = await raw.fetchval("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + statement, *values)
        plan = msgspec.json.decode(text)[0]
        blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
        found.append((plan["Planning Time"] + plan["Execution Time"], blocks))
    return min(found)[0], min(asked[6:]), min(found)[1]


async def run(url: str, times: int) -> None:
    await connect(tortoise_config(url, DatabaseSettings(), worker=True))
    try:
        async with connection() as raw:
            await raw.execute("SET statement_timeout = 0")
            for statement, size in zip(FILL, SIZES, strict=True):
                await raw.execute(statement, size)
            await raw.execute("ANALYZE")
            reader = await raw.fetchrow(READER)
            assert reader is not None
            groups = tuple(reader["groups"])
            actor = Actor(member_id=reader["id"], status=Status.ACTIVE, listed=groups, readable=groups)
            await lists(raw, actor, times)
            for name, part in {"soon to close": CLOSING_SOON, "waiting for one": WAITING}.items():
                whole, asked, blocks = await measure(raw, "SELECT " + part, (reader["id"], list(groups)), times)
                sys.stdout.write(f"| the first page, {name} | {whole:.1f} | {asked:.1f} | {blocks:,.0f} |\n")
            busiest = await raw.fetchval(BUSIEST, list(groups))
            values = (busiest, list(groups), reader["id"], True, list(groups), MOST_SHOWN)
            whole, asked, blocks = await measure(raw, PAGE, values, times)
            sys.stdout.write(f"| the page of the most supported one | {whole:.1f} | {asked:.1f} | {blocks:,.0f} |\n")
    finally:
        await disconnect()


async def lists(raw: asyncpg.Connection, actor: Actor, times: int) -> None:
    for name, chosen in filters(await raw.fetchval(DEEP)).items():
        for sort in Sort:
            if chosen.get("sort", sort) is not sort:
                continue
            wanted = InitiativesWanted(**{"sort": sort, **chosen})
            if wanted.stage is Stage.DRAFT and sort is not Sort.NEWEST:
                continue
            statement = DRAFTS_AND_PLACES if wanted.stage is Stage.DRAFT else LIST_AND_PLACES[_sort(wanted)]
            whole, asked, blocks = await measure(raw, statement, _parameters(actor, wanted), times)
            sys.stdout.write(f"| {name}, {sort.value} | {whole:.1f} | {asked:.1f} | {blocks:,.0f} |\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.initiatives", description=__doc__)
    parser.add_argument("--times", type=int, default=7, help="of which the best counts")
    wanted = parser.parse_args()
    with database.clone() as url:
        sys.stdout.write(f"{machine()}; {INITIATIVES:,} initiatives, {COSPONSORSHIPS:,} co-sponsorships\n\n{HEAD}")
        asyncio.run(run(url, wanted.times))


if __name__ == "__main__":
    main()
