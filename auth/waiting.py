"""Somebody who proved who they are and met an address that is taken: kept for ten minutes, used once.

The row holds the SHA-256 of a token that only their browser has, and the claims and the proof sealed.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from auth import sql
from auth.directory import Claims
from auth.proof import Proof
from auth.sessions.cookies import digest, new_token
from auth.sessions.sealing import Seal

LIFETIME: Final = timedelta(minutes=10)

_KEEP: Final = """
INSERT INTO waiting_identities (token_hash, provider, data, expires_at)
VALUES ($1, $2, $3::jsonb, now() + $4::interval)
RETURNING id
"""
_LOOK: Final = "SELECT data, created_at FROM waiting_identities WHERE token_hash = $1 AND expires_at > now()"
_TAKE: Final = "DELETE FROM waiting_identities WHERE token_hash = $1 AND expires_at > now() RETURNING data, created_at"


@dataclass(frozen=True, slots=True)
class Waiting:
    claims: Claims
    proof: Proof
    since: datetime


class _Kept(msgspec.Struct, frozen=True):
    claims: Claims
    proof: Proof


class WaitingRoom:
    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    async def keep(self, claims: Claims, proof: Proof) -> str:
        """The token for their browser's cookie."""
        token = new_token()
        sealed = base64.b64encode(self._seal.close(msgspec.json.encode(_Kept(claims, proof)).decode()))
        data = msgspec.json.encode({"sealed": sealed.decode()}).decode()
        await sql.rows(_KEEP, digest(token), claims.provider, data, LIFETIME)
        return token

    async def look(self, token: bytes | None) -> Waiting | None:
        """Who waits under this token; it can still be used."""
        return self._opened(await sql.first(_LOOK, digest(token))) if token else None

    async def take(self, token: bytes | None) -> Waiting | None:
        """Who waits under this token, once."""
        return self._opened(await sql.first(_TAKE, digest(token))) if token else None

    def _opened(self, row: dict[str, object] | None) -> Waiting | None:
        if row is None:
            return None
        data = msgspec.json.decode(str(row["data"]), type=dict[str, str])
        text = self._seal.open(base64.b64decode(data["sealed"]))
        if text is None:
            return None
        kept = msgspec.json.decode(text, type=_Kept)
        since = row["created_at"]
        assert isinstance(since, datetime)
        return Waiting(kept.claims, kept.proof, since)
