"""python -m tests.bench.learned: what was learned out of 100,000 posts, by the SQL of its pages.

10,000 threads in 46 groups over a year, with reactions, bookmarks, accepted answers, summaries and tags. Said are the
best and the median of many runs in milliseconds, planning included, and with --explain the plans.
"""
import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from forum.cli.session import database_url, open_database
from forum.curation.queries.lists import ANSWERS, BEST
from forum.curation.queries.tags import TAGGED, TAGS
from forum.kit import migration
from tests.bench.moderation import FOUND_GROUPS, PEOPLE
from tests.bench.processes import free_port
from tests.bench.serve import settings_of
from tests.cast import engage

GROUPS, MEMBERS, THREADS, POSTS, RUNS = 46, 500, 10_000, 10, 30
FILL = (
    """
    INSERT INTO threads (group_id, author_id, title, slug, kind, post_count, last_number, last_post_id, tags)
    SELECT g.ids[1 + n % cardinality(g.ids)], 1, 'Thread ' || n, 'bench', 'question', 10, 10, n,
        ARRAY['tag' || n % 200, 'more' || n % 7]
    FROM generate_series(1, 10000) n, (SELECT array_agg(id) AS ids FROM groups WHERE slug LIKE 'bench-%') g
    """,
    """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer, created_at)
    SELECT t.id, m.ids[1 + (t.id * 7 + k * k) % cardinality(m.ids)], k, x, x, x, 1,
        now() - interval '365 days' + (t.id % 10000) * interval '52 minutes' + k * interval '1 hour'
    FROM threads t, generate_series(1, 10) k, (SELECT array_agg(id) AS ids FROM members) m,
        (SELECT repeat('Some words that somebody wrote. ', 10)) w (x)
    WHERE t.slug = 'bench' ORDER BY k, t.id
    """,
    """
    UPDATE threads t SET accepted_post_id = p.id FROM posts p
    WHERE p.thread_id = t.id AND p.number = 3 AND t.id % 4 = 0 AND t.slug = 'bench'
    """,
    """
    INSERT INTO reactions (post_id, member_id, kind)
    SELECT p.id, m.ids[1 + (p.id * 11 + k) % cardinality(m.ids)], 'thanks'
    FROM posts p, generate_series(1, 3) k, (SELECT array_agg(id) AS ids FROM members) m WHERE p.id % 2 = 0
    """,
    """
    INSERT INTO bookmarks (post_id, member_id)
    SELECT p.id, m.ids[1 + (p.id * 13 + k) % cardinality(m.ids)]
    FROM posts p, generate_series(1, 3) k, (SELECT array_agg(id) AS ids FROM members) m WHERE p.id % 10 = 0
    """,
    """
    INSERT INTO summaries (thread_id, body, html, renderer, through_number, edited_by_id)
    SELECT id, 'x', 'x', 1, 5, 1 FROM threads WHERE slug = 'bench' AND id % 20 = 0
    """,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.learned", description=__doc__)
    parser.add_argument("--explain", action="store_true", help="print the plans as well")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = settings_of(Path(folder) / "data", free_port())
        with database_url(settings) as url:
            asyncio.run(_run(settings, url, explain=wanted.explain))


async def _run(settings: Any, url: str, *, explain: bool) -> None:
    async with open_database(settings, url):
        async for _name in migration.migrate():
            pass
        await engage()
    raw = await asyncpg.connect(url)
    await raw.execute(FOUND_GROUPS.replace("$1", str(GROUPS)))
    await raw.execute(PEOPLE.replace("$1", str(MEMBERS)))
    for statement in FILL:
        await raw.execute(statement)
    await raw.execute("VACUUM ANALYZE")
    groups = await raw.fetchval("SELECT array_agg(id) FROM groups WHERE slug LIKE 'bench-%'")
    now = datetime.now(UTC)
    month, year = now - timedelta(days=30), now - timedelta(days=365)
    asked: dict[str, tuple[str, tuple[Any, ...]]] = {
        "answers of a group": (ANSWERS, (groups[0], None, 25, "/")),
        "best of a month, a group": (BEST, (groups[:1], month, now, 20)),
        "best of a month, everywhere": (BEST, (groups, month, now, 20)),
        "best of a year, a group": (BEST, (groups[:1], year, now, 20)),
        "threads with a tag, everywhere": (TAGGED, (1, groups, None, 40, "tag7", "/")),
        "threads with a common tag": (TAGGED, (1, groups, None, 40, "more3", "/")),
        "tags of a group": (TAGS, (groups[0],)),
    }
    for name, (statement, values) in asked.items():
        took = [await _timed(raw, statement, values) for _ in range(RUNS)]
        sys.stdout.write(f"{name:32} best {min(took):7.2f} ms, median {statistics.median(took):7.2f} ms\n")
        if explain:
            plan = await raw.fetch("EXPLAIN (ANALYZE, BUFFERS) " + statement, *values)
            sys.stdout.write("\n".join(row[0] for row in plan) + "\n")
    await raw.close()


async def _timed(raw: asyncpg.Connection, statement: str, values: tuple[Any, ...]) -> float:
    began = time.perf_counter()
    await raw.fetchval(statement, *values)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
