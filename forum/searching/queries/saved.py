"""Searches that members keep: what is new in each, and their feeds.

Counting asks the engine for each search and PostgreSQL once for all of them: whatever is counted was read through the
door of this moment.
"""
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import asyncpg
import msgspec

from auth.actor import Actor
from forum.directory import actor_of
from forum.kit.errors import NotFound, Overloaded
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things, can_manage_tokens
from forum.searching.engine import engine
from forum.searching.feeds import Addresses
from forum.searching.queries import statements
from forum.searching.schemas import SavedSearchDoc
from forum.web.atom import Entry, Feed
from search.engine import Hit, Query, SearchUnavailable
from search.query import ParsedQuery, parse
from search.telling import exactly

MOST_COUNTED = 100
MOST_ENTRIES = 40
# For counting in all of them; a member may keep fifty that are hard to answer.
COUNTING_SECONDS = 1.5

_KEPT = "SELECT id, member_id, name, q, seen_position, feed_version, created_at FROM saved_searches "
MINE = _KEPT + "WHERE member_id = $1 AND ($2::bigint IS NULL OR id = $2) ORDER BY lower(name), id"
ONE = _KEPT + "WHERE id = $1"

_DOOR = """
    FROM posts p JOIN threads t ON t.id = p.thread_id
    WHERE p.id = ANY($1::bigint[]) AND p.state = 'public' AND t.group_id = ANY($2::bigint[])
"""
NEW = "SELECT p.id, t.group_id" + _DOOR + " AND p.author_id <> $3"
ENTRIES = """
    SELECT p.id, p.created_at, coalesce(p.edited_at, p.created_at) AS updated_at, left(p.text, 600) AS text,
           t.title, t.language, g.title AS group_title, a.display_name
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    JOIN members a ON a.id = p.author_id
    WHERE p.id = ANY($1::bigint[]) AND p.state = 'public' AND t.group_id = ANY($2::bigint[])
"""


@dataclass(frozen=True, slots=True)
class _Search:
    """A kept search, taken apart, and the groups in which this reader may look."""

    row: asyncpg.Record
    parsed: ParsedQuery
    group_ids: tuple[int, ...]


async def saved(actor: Actor, addresses: Addresses, only: int | None = None) -> list[SavedSearchDoc]:
    """All that this member keeps, by name, or the one of that id; each with what is new."""
    require(can_keep_own_things(actor))
    async with connection() as sql:
        rows = await sql.fetch(MINE, actor.member_id, only)
        searches = await _narrowed(sql, rows, actor)
    counted = await _count(searches, actor)
    in_person = bool(can_manage_tokens(actor))
    return [_doc(row, counted.get(row["id"]), addresses if in_person else None) for row in rows]


async def saved_search(actor: Actor, addresses: Addresses, search_id: int) -> SavedSearchDoc:
    found = await saved(actor, addresses, search_id)
    if not found:
        raise NotFound
    return found[0]


async def feed(search_id: int, key: str, addresses: Addresses) -> Feed:
    """What its owner would find now, newest first; NotFound for another key, or when its owner may not come in."""
    async with connection() as sql:
        row = await sql.fetchrow(ONE, search_id)
        if row is None or not addresses.opens(key, search_id, row["feed_version"]):
            raise NotFound
        if (owner := await actor_of(row["member_id"])) is None:
            raise NotFound
        [search] = await _narrowed(sql, [row], owner)
    try:
        ids = [hit.post_id for hit in await _newest(search, MOST_ENTRIES)]
    except SearchUnavailable as error:
        raise Overloaded(retry_after=300) from error
    async with connection() as sql:
        rows = await sql.fetch(ENTRIES, ids, list(search.group_ids))
    found = {row["id"]: row for row in rows}
    return Feed(
        id=addresses.id(search_id),
        title=row["name"],
        own=addresses.address(search_id, row["feed_version"]),
        seen=f"{addresses.base_url}/search?" + urlencode({"q": row["q"]}),
        since=row["created_at"],
        entries=[_entry(found[post_id], addresses.base_url) for post_id in ids if post_id in found],
    )


async def _narrowed(sql: asyncpg.Connection, rows: Sequence[asyncpg.Record], actor: Actor) -> list[_Search]:
    """``group:`` in a query narrows, and never tells whether there is such a group."""
    parsed = [parse(row["q"]) for row in rows]
    ids: dict[str, int] = {}
    if slugs := {slug for one in parsed for slug in one.groups}:
        ids = {row["slug"]: row["id"] for row in await sql.fetch(statements.AMONG, list(slugs), list(actor.readable))}
    return [
        _Search(row, one, tuple(ids[slug] for slug in one.groups if slug in ids) if one.groups else actor.readable)
        for row, one in zip(rows, parsed, strict=True)
    ]


async def _count(searches: Sequence[_Search], actor: Actor) -> Mapping[int, tuple[int, int]]:
    """By search: how many posts are new, and the position of the newest; those that were not reached are missing."""
    found: dict[int, tuple[Hit, ...]] = {}
    deadline = time.monotonic() + COUNTING_SECONDS
    try:
        for one in searches:
            if time.monotonic() > deadline:
                break
            found[one.row["id"]] = await _newest(one, MOST_COUNTED, after=one.row["seen_position"])
    except SearchUnavailable:
        pass
    async with connection() as sql:
        ids = {hit.post_id for hits in found.values() for hit in hits}
        rows = await sql.fetch(NEW, list(ids), list(actor.readable), actor.member_id) if ids else []
    group_of = {row["id"]: row["group_id"] for row in rows}
    counted: dict[int, tuple[int, int]] = {}
    for one in searches:
        if (hits := found.get(one.row["id"])) is not None:
            new = [hit.position for hit in hits if group_of.get(hit.post_id) in one.group_ids]
            counted[one.row["id"]] = len(new), max(new, default=one.row["seen_position"])
    return counted


async def _newest(search: _Search, limit: int, *, after: int | None = None) -> tuple[Hit, ...]:
    asked = Query(exactly(search.parsed), search.group_ids, limit=limit, newer=after, verbatim=True)
    return (await engine().search(asked)).hits


def plain(row: asyncpg.Record) -> SavedSearchDoc:
    """As it is stored: what is new in it was not looked for."""
    return SavedSearchDoc(
        id=row["id"],
        name=row["name"],
        q=row["q"],
        new=None,
        through=row["seen_position"],
        feed=None,
        created_at=row["created_at"],
    )


def _doc(row: asyncpg.Record, counted: tuple[int, int] | None, addresses: Addresses | None) -> SavedSearchDoc:
    new, through = counted or (None, row["seen_position"])
    feed = addresses.address(row["id"], row["feed_version"]) if addresses else None
    return msgspec.structs.replace(plain(row), new=new, through=through, feed=feed)


def _entry(row: asyncpg.Record, base_url: str) -> Entry:
    return Entry(
        address=f"{base_url}/p/{row['id']}",
        title=row["title"],
        author=row["display_name"],
        group=row["group_title"],
        language=row["language"],
        published=row["created_at"],
        updated=row["updated_at"],
        summary=row["text"],
    )

