"""python -m tests.bench.moderation: a queue of 10,000 open cases over 46 groups, by the SQL of its pages.

Who asks: a facilitator of one group, the site's staff; the first page and the second. Said are the best and the median
of many runs in milliseconds, planning included, and with --explain the plans.
"""
import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

from auth.actor import Actor, GroupRole, StaffRole, Status
from forum.cli.session import database_url, open_database
from forum.kit import migration
from forum.moderation.queries.queue import OPEN
from forum.moderation.queries.reach import reach
from tests.bench.processes import free_port
from tests.bench.serve import settings_of
from tests.cast import Cast, engage

CASES, GROUPS, FLAGGERS, PAGE, RUNS = 10_000, 46, 40, 25, 200
FOUND_GROUPS = """
    INSERT INTO groups (slug, title, theme, purpose, visibility, policy)
    SELECT 'bench-' || n, 'Bench group ' || n, 'security', 'Purpose.', 'public', 'open' FROM generate_series(1, $1) n
"""
PEOPLE = """
    INSERT INTO members (username, display_name, status, trusted_at)
    SELECT 'bench-' || n, 'Member ' || n, 'active', now() FROM generate_series(1, $1) n
"""
THREADS = """
    INSERT INTO threads (group_id, author_id, title, slug, kind, post_count, last_number)
    SELECT id, $1, 'A thread of ' || title, 'thread', 'discussion', 1, 1 FROM groups WHERE slug LIKE 'bench-%'
"""
POSTS = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    SELECT t.ids[1 + n % cardinality(t.ids)], m.ids[1 + n % cardinality(m.ids)], 2 + n, x.words, x.words, x.words, 1
    FROM generate_series(1, $1) n,
        (SELECT array_agg(id ORDER BY id) AS ids FROM threads WHERE slug = 'thread'
            AND group_id IN (SELECT id FROM groups WHERE slug LIKE 'bench-%')) t,
        (SELECT array_agg(id ORDER BY id) AS ids FROM members WHERE username LIKE 'bench-%') m,
        LATERAL (SELECT repeat('Some words that somebody wrote. ', 10) AS words) x
    RETURNING id
"""
CASE_ROWS = """
    INSERT INTO cases (origin, author_id, group_id, post_id, weight, created_at)
    SELECT 'flag', p.author_id, t.group_id, p.id, 1 + p.id % 3, now() - p.number * interval '10 s'
    FROM posts p JOIN threads t ON t.id = p.thread_id WHERE p.text LIKE 'Some words%'
"""
FLAGS = """
    INSERT INTO flags (case_id, member_id, reason)
    SELECT c.id, m.ids[1 + (c.id * 7 + k) % cardinality(m.ids)], (ARRAY['spam', 'offensive', 'off_topic'])[1 + k % 3]
    FROM cases c, generate_series(1, c.weight) k,
        (SELECT array_agg(id ORDER BY id) AS ids FROM members WHERE username LIKE 'bench-%') m
    ON CONFLICT DO NOTHING
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.moderation", description=__doc__)
    parser.add_argument("--explain", action="store_true", help="print the plans as well")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = settings_of(Path(folder) / "data", free_port())
        with database_url(settings) as url:
            asyncio.run(_run(settings, url, explain=wanted.explain))


async def _run(settings: object, url: str, *, explain: bool) -> None:
    async with open_database(settings, url):  # type: ignore[arg-type]
        async for _name in migration.migrate():
            pass
        cast = await engage()
    sql = await asyncpg.connect(url)
    await _fill(sql, cast)
    one = await sql.fetchval("SELECT id FROM groups WHERE slug = 'bench-7'")
    fay = _somebody(cast, "fay", roles={one: GroupRole.FACILITATOR})
    ada = _somebody(cast, "ada", staff=StaffRole.MODERATOR)
    for name, actor in (("a facilitator of one group", fay), ("the site's staff", ada)):
        first = [*reach(actor), actor.member_id, None, 0, PAGE]
        await _measure(sql, f"{name}, first page", first, explain)
        after = await sql.fetchval(MIDDLE, one if actor is fay else None)
        await _measure(sql, f"{name}, page two", [*first[:6], after, PAGE], explain)
    await sql.close()


MIDDLE = "SELECT id FROM cases WHERE $1::bigint IS NULL OR group_id = $1 ORDER BY id OFFSET 24 LIMIT 1"


def _somebody(cast: Cast, name: str, **others: object) -> Actor:
    return Actor(member_id=cast.members[name], username=name, status=Status.ACTIVE, **others)  # type: ignore[arg-type]


async def _fill(sql: asyncpg.Connection, cast: Cast) -> None:
    await sql.execute(FOUND_GROUPS, GROUPS)
    await sql.execute(PEOPLE, FLAGGERS)
    await sql.execute(THREADS, cast.members["ben"])
    await sql.fetch(POSTS, CASES)
    await sql.execute(CASE_ROWS)
    await sql.execute(FLAGS)
    for table in ("groups", "members", "threads", "posts", "cases", "flags"):
        await sql.execute("ANALYZE " + table)


async def _measure(sql: asyncpg.Connection, name: str, values: list[object], explain: bool) -> None:
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        body = await sql.fetchval(OPEN, *values)
        took.append((time.perf_counter() - begun) * 1000)
    sys.stdout.write(
        f"{name}: best {min(took):.2f} ms, median {statistics.median(took):.2f} ms, {len(body)} characters\n"
    )
    if explain:
        for row in await sql.fetch("EXPLAIN (ANALYZE, BUFFERS) " + OPEN, *values):
            sys.stdout.write("    " + row[0] + "\n")


if __name__ == "__main__":
    main()
