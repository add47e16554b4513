"""Stores one batch of messages with all that follows from them, in one transaction of well under a second."""
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg

from forum.kit.markdown import RENDERER_VERSION
from forum.kit.transaction import command, connection
from forum.threads.commands.written import thread_slug
from forum.transfer.community.converting import Converted
from forum.transfer.community.naming import GRANT_SOURCE, title_of
from forum.transfer.community.places import ALONE

PRESENT: Final = "SELECT source_key FROM posts WHERE source_key = ANY($1::text[])"
THREADS: Final = """
    SELECT source_key, id, group_id, last_number FROM threads
    WHERE source_key = ANY($1::text[]) ORDER BY id FOR UPDATE
"""
THREAD_IDS: Final = "SELECT nextval(pg_get_serial_sequence('threads', 'id')) FROM generate_series(1, $1)"
POST_IDS: Final = "SELECT nextval(pg_get_serial_sequence('posts', 'id')) FROM generate_series(1, $1)"
CONTINUE_THREADS: Final = """
    UPDATE threads t SET post_count = t.post_count + w.added, last_number = t.last_number + w.added,
        last_post_id = w.post_id, last_post_at = w.post_at, last_author_id = w.author_id
    FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::timestamptz[], $5::bigint[])
         AS w (id, added, post_id, post_at, author_id)
    WHERE t.id = w.id
"""
# Nobody who was banned comes in again through an import.
JOIN: Final = """
    INSERT INTO memberships (group_id, member_id, created_at, role)
    SELECT w.*, 'member'
    FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS w (group_id, member_id, since)
    WHERE NOT EXISTS (SELECT FROM bans b WHERE b.group_id = w.group_id AND b.member_id = w.member_id)
    ON CONFLICT (group_id, member_id) DO NOTHING RETURNING group_id
"""
GRANT: Final = """
    INSERT INTO grants (membership_id, source, role, created_at)
    SELECT m.id, $4, 'member', w.since
    FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS w (group_id, member_id, since)
    JOIN memberships m ON m.group_id = w.group_id AND m.member_id = w.member_id
    ON CONFLICT (membership_id, source) DO NOTHING
"""
COUNT: Final = """
    UPDATE groups g SET member_count = g.member_count + w.members, thread_count = g.thread_count + w.threads,
        post_count = g.post_count + w.posts, last_post_id = greatest(g.last_post_id, w.post_id),
        last_post_at = CASE WHEN w.post_id > g.last_post_id THEN w.post_at ELSE g.last_post_at END
    FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::timestamptz[])
         AS w (id, members, threads, posts, post_id, post_at)
    WHERE g.id = w.id
"""
THREAD_COLUMNS: Final = (
    "id", "group_id", "author_id", "title", "slug", "source_key", "created_at",
    "post_count", "last_number", "last_post_id", "last_post_at", "last_author_id",
)
POST_COLUMNS: Final = (
    "id", "thread_id", "author_id", "number", "body", "html", "text", "renderer", "oversize", "source_key",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message ready to be stored; ``group_id`` is where it was said, ``mentioned`` are ids of members."""

    key: str
    thread_key: str
    topic: str
    group_id: int
    author_id: int
    at: datetime
    text: Converted
    mentioned: tuple[int, ...]


@dataclass(slots=True)
class _Thread:
    id: int
    group_id: int
    number: int
    new: bool
    first: Incoming
    last: Incoming
    last_id: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    posts: int
    threads: int
    empty: int
    oversize: int


@dataclass(slots=True)
class _Rows:
    posts: list[tuple[Any, ...]] = field(default_factory=list)
    mentions: list[tuple[int, int]] = field(default_factory=list)


async def present(keys: Sequence[str]) -> set[str]:
    """Return which of these source keys of posts are stored already."""
    async with connection() as sql:
        return {row[0] for row in await sql.fetch(PRESENT, keys)}


@command
async def store(batch: Sequence[Incoming]) -> Stored:
    """Store messages, which come in the order of their times; those that are here already change nothing."""
    async with connection() as sql:
        # Two imports at once take turns, and what the other has stored meanwhile is left out.
        await sql.execute(ALONE)
        there = await present([message.key for message in batch])
        fresh = [message for message in batch if message.key not in there]
        if not fresh:
            return Stored(0, 0, 0, 0)
        threads = await _threads(sql, fresh)
        rows = _numbered(fresh, threads, await _ids(sql, POST_IDS, len(fresh)))
        await _store_threads(sql, threads.values())
        await sql.copy_records_to_table("posts", records=rows.posts, columns=POST_COLUMNS)
        await sql.copy_records_to_table("mentions", records=rows.mentions, columns=("post_id", "member_id"))
        await _count(sql, threads.values(), await _join(sql, fresh))
    return Stored(
        posts=len(fresh),
        threads=sum(thread.new for thread in threads.values()),
        empty=sum(message.text.empty for message in fresh),
        oversize=sum(message.text.oversize for message in fresh),
    )


async def _ids(sql: asyncpg.Connection, statement: str, count: int) -> list[int]:
    return sorted(row[0] for row in await sql.fetch(statement, count))


async def _threads(sql: asyncpg.Connection, messages: Sequence[Incoming]) -> dict[str, _Thread]:
    """Return the batch's threads by key, those that exist locked; a thread moved since stays where it is."""
    first: dict[str, Incoming] = {}
    for message in messages:
        first.setdefault(message.thread_key, message)
    threads: dict[str, _Thread] = {}
    for key, id_, group_id, number in await sql.fetch(THREADS, list(first)):
        threads[key] = _Thread(id_, group_id, number, False, first[key], first[key])
    new = [message for key, message in first.items() if key not in threads]
    for id_, message in zip(await _ids(sql, THREAD_IDS, len(new)), new, strict=True):
        threads[message.thread_key] = _Thread(id_, message.group_id, 0, True, message, message)
    return threads


def _numbered(messages: Sequence[Incoming], threads: dict[str, _Thread], ids: Sequence[int]) -> _Rows:
    """Give each message its id and number, and return the rows to copy."""
    rows = _Rows()
    for id_, message in zip(ids, messages, strict=True):
        thread, text = threads[message.thread_key], message.text
        thread.number += 1
        thread.added += 1
        thread.last, thread.last_id = message, id_
        rows.posts.append(
            (
                id_, thread.id, message.author_id, thread.number, text.body, text.html, text.text,
                RENDERER_VERSION, text.oversize, message.key, message.at,
            )
        )
        rows.mentions.extend((id_, member_id) for member_id in message.mentioned)
    return rows


async def _store_threads(sql: asyncpg.Connection, threads: Collection[_Thread]) -> None:
    new, old = [], []
    for thread in threads:
        first, last = thread.first, thread.last
        if thread.new:
            title = title_of(first.topic)
            new.append(
                (
                    thread.id, thread.group_id, first.author_id, title, thread_slug(title), first.thread_key,
                    first.at, thread.added, thread.number, thread.last_id, last.at, last.author_id,
                )
            )
        else:
            old.append((thread.id, thread.added, thread.last_id, last.at, last.author_id))
    await sql.copy_records_to_table("threads", records=new, columns=THREAD_COLUMNS)
    if old:
        await sql.execute(CONTINUE_THREADS, *_columns(old))


async def _join(sql: asyncpg.Connection, messages: Sequence[Incoming]) -> Counter[int]:
    """Give the authors their places in the groups; returns how many are new, by group."""
    since: dict[tuple[int, int], datetime] = {}
    for message in messages:
        since.setdefault((message.group_id, message.author_id), message.at)
    places = _columns([(*place, at) for place, at in sorted(since.items())])
    joined = Counter(row[0] for row in await sql.fetch(JOIN, *places))
    await sql.execute(GRANT, *places, GRANT_SOURCE)
    return joined


async def _count(sql: asyncpg.Connection, threads: Collection[_Thread], joined: Counter[int]) -> None:
    groups: dict[int, list[_Thread]] = {group_id: [] for group_id in joined}
    for thread in threads:
        groups.setdefault(thread.group_id, []).append(thread)
    rows = []
    for group_id, its in sorted(groups.items()):
        last = max(its, key=lambda thread: thread.last_id, default=None)
        new = sum(thread.new for thread in its)
        added = sum(thread.added for thread in its)
        last_id, last_at = (last.last_id, last.last.at) if last else (0, None)
        rows.append((group_id, joined[group_id], new, added, last_id, last_at))
    await sql.execute(COUNT, *_columns(rows))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
