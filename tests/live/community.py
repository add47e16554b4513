"""Two groups, their threads and a few people, committed; facts are recorded as the commands would."""

import json
import secrets
from dataclasses import dataclass, field

import asyncpg

from auth.sessions.cookies import digest, new_token
from auth.tokens.shape import new_token as new_api_token

MEMBER = "INSERT INTO members (username, display_name, status) VALUES ($1, $2, 'active') RETURNING id"
GROUP = """
INSERT INTO groups (slug, title, theme, purpose, visibility, policy)
VALUES ($1, $1, 'security', 'A purpose.', $2, 'open') RETURNING id
"""
JOIN = "INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, 'member')"
MARK = "INSERT INTO group_marks (group_id, member_id, through_post_id) VALUES ($1, $2, 0)"
# It counts a public post that is not there, for a thread without any is known to its keepers only.
THREAD = """
INSERT INTO threads (group_id, author_id, title, slug, post_count, last_number)
VALUES ($1, $2, 'A thread', 'a-thread', 1, 1) RETURNING id
"""
SESSION = """
INSERT INTO sessions (token_hash, member_id, issuer, subject, expires_at, user_agent)
VALUES ($1, $2, 'https://op.example.test', 's', now() + interval '1 day', '')
"""
TOKEN = """
INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at)
VALUES ($1, 'test', $2, $3, '{read}', now() + interval '1 day')
"""
FACT = "INSERT INTO facts (name, payload) VALUES ($1, $2::text::jsonb)"
# Many posts, each with its fact: what a busy minute leaves behind.
POSTS = """
WITH thread AS (
    UPDATE threads SET last_number = last_number + $3, post_count = post_count + $3 WHERE id = $1
    RETURNING id, group_id, last_number - $3 - 1 AS before
), post AS (
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    SELECT id, $2, before + n, 'b', 'b', 'b', 1 FROM thread, generate_series(1, $3) n RETURNING id, number
)
INSERT INTO facts (name, payload)
SELECT 'thread.reply_posted', jsonb_build_object('thread_id', thread.id, 'group_id', group_id,
    'post_id', post.id, 'number', post.number, 'author_id', $2::bigint)
FROM post, thread ORDER BY number
RETURNING tx || '-' || id AS place, (payload ->> 'post_id')::bigint AS post_id, (payload ->> 'number')::int AS number
"""


@dataclass
class Community:
    raw: asyncpg.Connection
    ids: dict[str, int] = field(default_factory=dict)

    async def member(self, name: str) -> int:
        self.ids[name] = await self.raw.fetchval(MEMBER, f"{name.lower()}-{secrets.token_hex(4)}", name)
        return self.ids[name]

    async def group(self, visibility: str, *members: str) -> tuple[str, int]:
        """Slug and id of a new group of these members."""
        slug = f"{visibility}-{secrets.token_hex(4)}"
        group_id = await self.raw.fetchval(GROUP, slug, visibility)
        for name in members:
            await self.raw.execute(JOIN, group_id, self.ids[name])
            await self.raw.execute(MARK, group_id, self.ids[name])
        return slug, group_id

    async def thread(self, group_id: int, author: str) -> int:
        return int(await self.raw.fetchval(THREAD, group_id, self.ids[author]))

    async def session(self, name: str) -> str:
        token = new_token()
        await self.raw.execute(SESSION, digest(token), self.ids[name])
        return token

    async def token(self, name: str) -> str:
        prefix, token = new_api_token()
        await self.raw.execute(TOKEN, self.ids[name], prefix, digest(token))
        return token

    async def reply(self, thread_id: int, author: str, times: int = 1) -> list[asyncpg.Record]:
        """New posts; of each ``place`` (its fact), ``post_id`` and ``number``."""
        posts = await self.raw.fetch(POSTS, thread_id, self.ids[author], times)
        await self.raw.execute(
            "UPDATE threads SET last_post_id = $2, last_post_at = now() WHERE id = $1", thread_id, posts[-1]["post_id"]
        )
        await self.raw.execute("NOTIFY plenary_facts")
        return list(posts)

    async def tell(self, name: str, **payload: object) -> None:
        await self.raw.execute(FACT, name, json.dumps(payload))
        await self.raw.execute("NOTIFY plenary_facts")
