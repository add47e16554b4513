"""Rows that came through the door, as hits: each with the part of its post where the searched words stand."""

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from forum.groups.schemas import GroupBrief, Person
from forum.searching.schemas import PostRef, SearchHit, ThreadRef
from search.query import ParsedQuery
from search.snippets import marks as marked
from search.snippets import snippet

TURN_SECONDS = 0.01
SNIPPET_SECONDS = 0.3
UNMARKED = ParsedQuery()


async def with_snippets(
    rows: Sequence[asyncpg.Record], parsed: ParsedQuery, meant: tuple[str, ...] = ()
) -> list[SearchHit]:
    """Snippets of long posts take milliseconds each: others have their turn in between, and late ones mark nothing."""
    hits: list[SearchHit] = []
    worked, began = 0.0, time.perf_counter()
    for row in rows:
        hits.append(_hit(row, *((parsed, meant) if worked < SNIPPET_SECONDS else (UNMARKED, ()))))
        if (now := time.perf_counter()) - began > TURN_SECONDS:
            worked += now - began
            await asyncio.sleep(0)
            began = time.perf_counter()
    return hits


def _hit(row: asyncpg.Record, parsed: ParsedQuery, meant: tuple[str, ...]) -> SearchHit:
    text, marks = "", []
    for segment in snippet(row["text"], parsed, row["language"], meant=meant):
        if segment.is_match:
            marks.append((len(text), len(text) + len(segment.text)))
        text += segment.text
    group = GroupBrief(row["group_slug"], row["group_title"], row["visibility"], row["policy"])
    thread = ThreadRef(row["thread_id"], row["title"], row["slug"], row["kind"], row["language"], group)
    author = Person(row["username"], row["display_name"])
    post = PostRef(row["id"], row["number"], author, row["created_at"])
    return SearchHit(thread, post, text, marks, marked(row["title"], parsed, row["language"], meant=meant))
