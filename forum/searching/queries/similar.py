"""Threads that resemble another one, or one that is being written; none while the engine is away."""
from collections.abc import Sequence

import asyncpg

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import can_read
from forum.groups.schemas import GroupBrief
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.searching.engine import engine
from forum.searching.schemas import SimilarThread
from forum.threads.queries import thread_door
from search.engine import Query, SearchUnavailable
from search.query import ParsedQuery
from search.telling import likeness, shared

MOST_SHOWN = 5
_ASKED = 4 * MOST_SHOWN  # those that only happen to share a word, and what may be read no longer, fall out
# One word in common is chance, but where a title has no more; of many words a few are.
_IN_COMMON, _PART = 2, 4
_AS_CLOSE = 0.25  # of the score that a thread has as an answer to itself

OPENING = """
    SELECT t.title, t.slug, t.language, left(p.text, 2000) AS text
    FROM threads t LEFT JOIN posts p ON p.thread_id = t.id AND p.number = 1 AND p.state = 'public' WHERE t.id = $1
"""
# $1 posts in their order, $2 readable: what is shown stands in a thread with something to read.
READ = """
    SELECT t.id, t.title, t.slug, t.language, t.kind, t.post_count, t.accepted_post_id IS NOT NULL AS answered,
           (SELECT i.id FROM initiatives i WHERE i.thread_id = t.id AND i.launched_at IS NOT NULL) AS initiative,
           left(p.text, 1000) AS text, g.slug AS group_slug, g.title AS group_title, g.visibility, g.policy
    FROM unnest($1::bigint[]) WITH ORDINALITY AS h (id, n)
    JOIN posts p ON p.id = h.id JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    WHERE p.state = 'public' AND t.group_id = ANY($2::bigint[]) ORDER BY h.n
"""


async def similar_to(actor: Actor, thread_id: int) -> tuple[asyncpg.Record, list[SimilarThread]]:
    """A thread's title, slug and language, and what resembles it by its title and its opening post."""
    await thread_door(actor, thread_id)
    async with connection() as sql:
        opening = await sql.fetchrow(OPENING, thread_id)
    if opening is None:
        raise NotFound
    like = likeness(opening["title"], opening["text"] or "", opening["language"])
    return opening, await _alike(like, actor.readable, without=thread_id)


async def similar_titles(actor: Actor, title: str, slug: str | None = None) -> list[SimilarThread]:
    """What resembles a title, in a group or wherever the actor may read."""
    reach = actor.readable
    if slug is not None:
        group = await groups.door(actor, slug)
        require(can_read(actor, group))
        reach = (group.id,)
    return await _alike(likeness(title), reach)


async def _alike(like: ParsedQuery, reach: Sequence[int], without: int | None = None) -> list[SimilarThread]:
    if not like.words:
        return []
    try:
        found = await engine().search(Query(like, tuple(reach), limit=_ASKED, verbatim=True))
    except SearchUnavailable:
        return []
    least = _AS_CLOSE * max((hit.score for hit in found.hits if hit.thread_id == without), default=0)
    posts = [hit.post_id for hit in found.hits if hit.thread_id != without and hit.score >= least]
    async with connection() as sql:
        rows = await sql.fetch(READ, posts, list(reach)) if posts else []
    needed = min(len(like.words), max(_IN_COMMON, len(like.words) // _PART))
    alike = (row for row in rows if shared(like, f"{row['title']}\n{row['text']}", row["language"]) >= needed)
    return [_thread(row) for row, _ in zip(alike, range(MOST_SHOWN), strict=False)]


def _thread(row: asyncpg.Record) -> SimilarThread:
    return SimilarThread(
        id=row["id"],
        title=row["title"],
        slug=row["slug"],
        language=row["language"],
        kind=row["kind"],
        answered=row["answered"],
        post_count=row["post_count"],
        initiative=row["initiative"],
        group=GroupBrief(row["group_slug"], row["group_title"], row["visibility"], row["policy"]),
    )
