"""Nonces of both sides, in the table of sign-ins under way: one is good for ten minutes, once, in one browser."""

from dataclasses import dataclass
from typing import Final

import msgspec

from auth import sql
from auth.oidc.transactions import LIFETIME, UnderWay
from auth.sessions.cookies import digest

# The row stays until it is swept, marked as used: a second time is told from a time too late.
_TAKE: Final = """
WITH found AS (
    SELECT id, provider = $3 AS ours, browser_hash = $2 AS here, expires_at > now() AS in_time,
        data ? 'used' AS used, data
    FROM login_transactions WHERE state_hash = $1 FOR UPDATE
), spent AS (
    UPDATE login_transactions SET data = '{"used": true}'
    WHERE id = (SELECT id FROM found WHERE ours AND here AND in_time AND NOT used)
)
SELECT * FROM found
"""

_CLAIM: Final = """
INSERT INTO login_transactions AS t (state_hash, browser_hash, provider, data, expires_at)
VALUES ($1, $2, $3, '{"used": true}', now() + $4::interval)
ON CONFLICT (state_hash) DO UPDATE SET data = excluded.data
WHERE t.browser_hash = excluded.browser_hash AND t.provider = excluded.provider AND t.expires_at > now()
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """``reason``: expired · wrong_provider · wrong_browser · replayed."""

    reason: str


async def take(nonce: str, browser: bytes | None, provider: str) -> UnderWay | Spoilt:
    """The sign-in that this nonce began, once; what is wrong with it otherwise, and it is not used up."""
    row = await sql.first(_TAKE, digest(nonce), digest(browser or b""), provider)
    if row is None or not row["in_time"]:
        return Spoilt("expired")
    for fault, reason in ((not row["ours"], "wrong_provider"), (not row["here"], "wrong_browser")):
        if fault:
            return Spoilt(reason)
    return Spoilt("replayed") if row["used"] else msgspec.json.decode(row["data"], type=UnderWay)


async def claim(nonce: str, browser: bytes, client: str) -> bool:
    """A request of another site is answered to the first browser that brings it, and for ten minutes."""
    return await sql.first(_CLAIM, digest(f"{client} {nonce}"), digest(browser), client, LIFETIME) is not None
