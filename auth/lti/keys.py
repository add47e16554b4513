"""Keys: our own, with which platforms know us, and theirs, by which we know what they said."""

import asyncio
import time
from typing import Any, Final

import httpx2
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import RSAKey

from auth import sql
from auth.lti.platforms import Platform
from auth.outbound import Outbound, object_in
from auth.sessions.sealing import Seal
from auth.signed import verified

PURPOSE: Final = b"plenary lti key"
BITS: Final = 2048
KEYS_SECONDS: Final = 3600
RETRY_SECONDS: Final = 10
_NEVER: Final = float("-inf")

_NEWEST: Final = "SELECT id, kid, sealed FROM lti_keys ORDER BY id DESC LIMIT 5"
# Processes that find none at once take the same next id: one of them wins, and all read it.
_ADD: Final = "INSERT INTO lti_keys (id, kid, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id"


class UnreachableError(Exception):
    """The platform does not answer, or with something that is no answer."""


class OwnKeys:
    """Made when first asked for; the private half lies sealed in the database."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._lock = asyncio.Lock()
        self._held: RSAKey | None = None

    async def signing(self) -> RSAKey:
        async with self._lock:
            if self._held is None:
                self._held = await self._stored_or_made()
            return self._held

    async def public(self) -> dict[str, Any]:
        """The JWK set that platforms read (RFC 7517 5)."""
        key = await self.signing()
        return {"keys": [{**key.as_dict(private=False), "alg": "RS256", "use": "sig"}]}

    async def sign(self, claims: dict[str, Any]) -> str:
        key = await self.signing()
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    async def _stored_or_made(self) -> RSAKey:
        """The newest that opens: after a change of the site's secret there is none, and a new one is made."""
        kept = await sql.rows(_NEWEST)
        if (stored := self._opened(kept)) is not None:
            return stored
        key = await asyncio.to_thread(RSAKey.generate_key, BITS)
        text = key.as_pem(private=True).decode()
        await sql.rows(_ADD, kept[0]["id"] + 1 if kept else 1, key.thumbprint(), self._seal.close(text))
        made = self._opened(await sql.rows(_NEWEST))
        assert made is not None
        return made

    def _opened(self, rows: list[dict[str, Any]]) -> RSAKey | None:
        for row in rows:
            text = self._seal.open(bytes(row["sealed"]))
            if text is not None:
                return RSAKey.import_key(text, {"kid": row["kid"]})
        return None


class PlatformKeys:
    """What platforms sign with, an hour old at most; a key that is new to us is asked for at most every 10 s."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        self._kept: dict[int, tuple[float, str, dict[str, Any] | None]] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    async def claims(self, platform: Platform, raw: str) -> dict[str, Any]:
        """Of a token that the platform signed (Security Framework 5.1.3); JoseError, or UnreachableError."""
        try:
            return dict(verified(raw, await self._keys(platform), self._registry).claims)
        except (BadSignatureError, InvalidKeyIdError):
            return dict(verified(raw, await self._keys(platform, newer=True), self._registry).claims)

    async def _keys(self, platform: Platform, *, newer: bool = False) -> dict[str, Any]:
        # Whoever waits here for a platform that hangs finds that it was just asked, and does not ask again.
        async with self._locks.setdefault(platform.id, asyncio.Lock()):
            at, url, keys = self._kept.get(platform.id, (_NEVER, "", None))
            if url != platform.jwks_url:
                at, keys = _NEVER, None
            age = time.monotonic() - at
            if age >= KEYS_SECONDS or (age >= RETRY_SECONDS and (newer or keys is None)):
                keys = await self._ask(platform) or keys
                self._kept[platform.id] = (time.monotonic(), platform.jwks_url, keys)
        if keys is None:
            raise UnreachableError
        return keys

    async def _ask(self, platform: Platform) -> dict[str, Any] | None:
        try:
            answer = await self._outbound.ask("GET", platform.jwks_url)
        except httpx2.HTTPError:
            return None
        return object_in(answer) if answer.status_code == 200 else None
