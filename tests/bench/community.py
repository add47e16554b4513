"""The demonstration community as the benchmark finds it: filled once, with sessions and tokens made by SQL."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from config.settings import Settings
from forum.app import Site
from forum.cli.session import open_database
from forum.kit import migration
from forum.kit.transaction import connection
from forum.searching import engine
from forum.searching.rebuild import rebuild
from forum.site.demo.fill import fill

READERS = 32
THREADS = 64
WRITERS = 400
REPLIES = 30_000

SESSION = """
    INSERT INTO sessions (token_hash, member_id, issuer, subject, expires_at, last_seen_at)
    VALUES ($1, $2, 'https://bench.example.test', $2::bigint::text, now() + interval '90 days',
            now() + interval '1 hour')
    ON CONFLICT (token_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at
"""
TOKEN = """
    INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at, last_used_at)
    VALUES ($1, 'bench', $2, $3, '{read,post}', now() + interval '90 days', now() + interval '1 hour')
    ON CONFLICT (token_hash) DO UPDATE SET last_used_at = excluded.last_used_at, expires_at = excluded.expires_at
"""
# In an order that looks like chance and is the same each time.
MEMBERS = """
    SELECT id FROM members m
    WHERE status = 'active' AND silenced_until IS NULL AND staff IS NULL
      AND EXISTS (SELECT FROM memberships WHERE member_id = m.id)
      AND NOT EXISTS (SELECT FROM bans WHERE member_id = m.id)
    ORDER BY md5(id::text) LIMIT $1
"""
OPEN_THREADS = """
    SELECT t.id, t.slug FROM threads t JOIN groups g ON g.id = t.group_id AND g.visibility = 'public'
    WHERE t.post_count > 0 ORDER BY md5(t.id::text) LIMIT $1
"""
OPEN_GROUPS = "SELECT slug FROM groups WHERE visibility = 'public' AND thread_count > 0 ORDER BY md5(slug)"
# Every writer in threads of groups that are theirs, for many rounds over all of them.
REPLIES_TO = """
    SELECT t.id, w.member_id FROM threads t
    JOIN groups g ON g.id = t.group_id
    JOIN memberships w ON w.group_id = t.group_id AND w.member_id = ANY($1::bigint[])
    WHERE t.locked_at IS NULL AND t.post_count > 0 AND t.kind <> 'announcement'
    ORDER BY md5(t.id || ' ' || w.member_id) LIMIT $2
"""
GAPS = """
    SELECT count(*) FROM threads t
    WHERE t.last_number <> (SELECT count(*) FROM posts p WHERE p.thread_id = t.id)
       OR t.last_number <> (SELECT max(number) FROM posts p WHERE p.thread_id = t.id)
"""


@dataclass(frozen=True, slots=True)
class Community:
    """Ids to ask for, and pairs (thread, author) for replies."""

    posts: int
    threads: tuple[tuple[int, str], ...]
    groups: tuple[str, ...]
    readers: tuple[int, ...]
    replies: tuple[tuple[int, int], ...]


def session_token(member_id: int) -> str:
    return hashlib.sha256(b"bench session %d" % member_id).hexdigest()[:43]


def api_token(member_id: int) -> str:
    """Of the shape that ``auth.tokens.shape`` asks for."""
    digest = hashlib.sha256(b"bench token %d" % member_id).hexdigest()
    return f"plenary_pat_{digest[:8]}_{digest}"


async def make_community(settings: Settings, url: str) -> Community:
    """Fill and index the database unless that was done before."""
    async with open_database(settings, url):
        async for _name in migration.migrate():
            pass
        totals = await fill(lambda *_: None)
        Site(settings)
        if not (await engine.engine().status()).ready:
            await rebuild()
        async with connection() as sql:
            found = await _choose(sql, totals.posts)
            if not totals.already:
                await sql.execute("VACUUM ANALYZE")
        return found


async def _choose(sql: asyncpg.Connection, posts: int) -> Community:
    members: Sequence[int] = [row["id"] for row in await sql.fetch(MEMBERS, WRITERS)]
    for member_id in members:
        session, token = session_token(member_id), api_token(member_id)
        await sql.execute(SESSION, hashlib.sha256(session.encode()).digest(), member_id)
        await sql.execute(TOKEN, member_id, token[:20], hashlib.sha256(token.encode()).digest())
    replies = [(row[0], row[1]) for row in await sql.fetch(REPLIES_TO, members, REPLIES)]
    return Community(
        posts=posts,
        threads=tuple((row["id"], row["slug"]) for row in await sql.fetch(OPEN_THREADS, THREADS)),
        groups=tuple(row["slug"] for row in await sql.fetch(OPEN_GROUPS)),
        readers=tuple(members[:READERS]),
        replies=tuple(replies),
    )


async def execute(url: str, statement: str) -> None:
    sql = await asyncpg.connect(url)
    try:
        await sql.execute(statement)
    finally:
        await sql.close()


async def ask(url: str, statement: str) -> int:
    """One number from the database."""
    sql = await asyncpg.connect(url)
    try:
        return int(await sql.fetchval(statement))
    finally:
        await sql.close()
