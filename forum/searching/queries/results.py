"""Searching: the engine points, the visibility door decides, PostgreSQL tells what is shown."""
import asyncio
import time
from collections.abc import Sequence

import asyncpg

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import can_read
from forum.groups.schemas import GroupBrief, Person
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.searching.engine import engine
from forum.searching.schemas import PostRef, SearchHit, SearchResults, SearchWanted, ThreadRef
from search.engine import Query, SearchUnavailable
from search.query import ParsedQuery, parse
from search.snippets import snippet

TURN_SECONDS = 0.01
SNIPPET_SECONDS = 0.3
UNMARKED = ParsedQuery()

# ``group:`` in the text narrows, and never tells whether there is such a group.
AMONG = "SELECT id FROM groups WHERE slug = ANY($1::text[]) AND id = ANY($2::bigint[])"

# Hits are read again, narrowed by what may be read now: the index may lag behind a right that is gone.
READ = """
    SELECT p.id, p.number, p.created_at, left(p.text, 20000) AS text, a.username, a.display_name,
           t.id AS thread_id, t.title, t.slug, t.language,
           g.slug AS group_slug, g.title AS group_title, g.visibility, g.policy
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    JOIN members a ON a.id = p.author_id
    WHERE p.id = ANY($1::bigint[]) AND p.state = 'public' AND t.group_id = ANY($2::bigint[])
"""
# While the engine is away: titles that resemble the words (pg_trgm).
TITLES = """
    SELECT p.id FROM threads t JOIN posts p ON p.thread_id = t.id AND p.number = 1 AND p.state = 'public'
    WHERE t.group_id = ANY($2::bigint[]) AND (t.title ILIKE $3 OR $1 <% t.title)
    ORDER BY word_similarity($1, t.title) DESC, t.last_post_id DESC LIMIT $4
"""


async def search(actor: Actor, wanted: SearchWanted) -> SearchResults:
    """The best threads for a query, each by its best post."""
    readable = actor.readable
    if wanted.group is not None:
        group = await groups.door(actor, wanted.group)
        require(can_read(actor, group))
        readable = (group.id,)
    if not wanted.q.strip() or not readable:
        return SearchResults(hits=[])
    parsed = parse(wanted.q)
    if parsed.groups:
        readable = await _among(parsed.groups, readable)
    hits, degraded = await _ask(wanted, parsed, readable)
    async with connection() as sql:
        rows = await sql.fetch(READ, hits, list(readable))
    return SearchResults(hits=await _in_order(hits, rows, parsed), degraded=degraded)


async def _among(slugs: Sequence[str], readable: tuple[int, ...]) -> tuple[int, ...]:
    async with connection() as sql:
        rows = await sql.fetch(AMONG, [slug.lower() for slug in slugs], list(readable))
    return tuple(row["id"] for row in rows)


async def _ask(
    wanted: SearchWanted, parsed: ParsedQuery, readable: tuple[int, ...]
) -> tuple[list[int], bool]:
    try:
        found = await engine().search(Query(parsed, readable, limit=wanted.limit))
    except SearchUnavailable:
        return await _titles(wanted, readable), True
    return [hit.post_id for hit in found.hits], False


async def _titles(wanted: SearchWanted, readable: tuple[int, ...]) -> list[int]:
    words = wanted.q.strip()[:200]
    literal = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    async with connection() as sql:
        rows = await sql.fetch(TITLES, words, list(readable), f"%{literal}%", wanted.limit)
    return [row["id"] for row in rows]


async def _in_order(
    ids: Sequence[int], rows: Sequence[asyncpg.Record], parsed: ParsedQuery
) -> list[SearchHit]:
    """Snippets of long posts take milliseconds each: others have their turn in between, and late ones mark nothing."""
    by_id = {row["id"]: row for row in rows}
    hits: list[SearchHit] = []
    worked, began = 0.0, time.perf_counter()
    for post_id in ids:
        if post_id not in by_id:
            continue
        hits.append(_hit(by_id[post_id], parsed if worked < SNIPPET_SECONDS else UNMARKED))
        if (now := time.perf_counter()) - began > TURN_SECONDS:
            worked += now - began
            await asyncio.sleep(0)
            began = time.perf_counter()
    return hits


def _hit(row: asyncpg.Record, parsed: ParsedQuery) -> SearchHit:
    text, marks = "", []
    for segment in snippet(row["text"], parsed, row["language"]):
        if segment.is_match:
            marks.append((len(text), len(text) + len(segment.text)))
        text += segment.text
    group = GroupBrief(
        slug=row["group_slug"], title=row["group_title"], visibility=row["visibility"], policy=row["policy"]
    )
    return SearchHit(
        thread=ThreadRef(id=row["thread_id"], title=row["title"], slug=row["slug"], group=group),
        post=PostRef(
            id=row["id"],
            number=row["number"],
            author=Person(username=row["username"], name=row["display_name"]),
            created_at=row["created_at"],
        ),
        snippet=text,
        marks=marks,
    )
