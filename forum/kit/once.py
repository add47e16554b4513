"""Nothing is done twice: the first answer to a key is kept for a day and given again (promise 2).

The key's row, the deed and its answer are one commit. A second request with the same key waits for the first one's
row at most ``WAIT``; then it is a conflict, and the client may ask again.
"""
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import msgspec

from forum.kit.errors import Conflict, Invalid
from forum.kit.transaction import command, connection

# The column holds 200; a surface puts its own prefix before the client's key.
KEY_LENGTH = 190
KEPT = frozenset({200, 201, 202, 204, 303})

CLAIM = """
    INSERT INTO kept_answers (member_id, key, request_hash) VALUES ($1, $2, $3)
    ON CONFLICT (member_id, key) DO NOTHING RETURNING id
"""
KEPT_ANSWER = """
    SELECT request_hash, status, headers::text AS headers, body FROM kept_answers WHERE member_id = $1 AND key = $2
"""
KEEP = "UPDATE kept_answers SET status = $2, headers = $3::text::jsonb, body = $4 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it will be sent, kept, and given again; ``kept`` stands in for one that may not be stored."""

    status: int
    headers: dict[str, str]
    body: bytes
    again: bool = False
    kept: "Reply | None" = None


class _NotKeptError(Exception):
    def __init__(self, reply: Reply) -> None:
        self.reply = reply


def request_hash(*parts: bytes) -> bytes:
    """What makes two requests the same: method, path and body."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def check_key(key: str) -> str:
    """Refuse a key that is empty, too long or not printable ASCII."""
    if not 1 <= len(key) <= KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Invalid({"Idempotency-Key": "bad_key"})
    return key


async def once(member_id: int, key: str, digest: bytes, deed: Callable[[], Awaitable[Reply]]) -> Reply:
    """Run ``deed`` for the first request with this key; give its kept answer to every later one.

    Raises Invalid (another body under the same key) and Conflict (the first is still in flight).
    """
    try:
        return await _claim_and_run(member_id, key, digest, deed)
    except _NotKeptError as refused:
        return refused.reply


@command
async def _claim_and_run(member_id: int, key: str, digest: bytes, deed: Callable[[], Awaitable[Reply]]) -> Reply:
    async with connection() as sql:
        await sql.execute("SET LOCAL lock_timeout = '2s'")
        try:
            claimed = await sql.fetchval(CLAIM, member_id, key, digest)
        except asyncpg.LockNotAvailableError as busy:
            raise Conflict("still_in_flight") from busy
        if claimed is None:
            return await _given_before(sql, member_id, key, digest)
    reply = await deed()
    if reply.status not in KEPT:
        raise _NotKeptError(reply)
    kept = reply.kept or reply
    async with connection() as sql:
        headers = msgspec.json.encode(kept.headers).decode()
        await sql.execute(KEEP, claimed, kept.status, headers, kept.body)
    return reply


async def _given_before(sql: asyncpg.Connection, member_id: int, key: str, digest: bytes) -> Reply:
    row = await sql.fetchrow(KEPT_ANSWER, member_id, key)
    if row is None or row["status"] is None:
        raise Conflict("still_in_flight")
    if row["request_hash"] != digest:
        raise Invalid({"Idempotency-Key": "key_reused"}, code="key_reused")
    return Reply(row["status"], msgspec.json.decode(row["headers"], type=dict[str, str]), row["body"], again=True)
