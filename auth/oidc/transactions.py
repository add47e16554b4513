"""Sign-ins under way: ten minutes, used once, only by the browser that began them; two tabs have two."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from auth import sql
from auth.proof import Wish
from auth.sessions.cookies import digest

LIFETIME: Final = timedelta(minutes=10)

# Leftovers go a few at a time with each new one, so that nobody has to sweep.
_BEGIN = """
WITH leftovers AS (
    DELETE FROM login_transactions WHERE id IN (
        SELECT id FROM login_transactions WHERE expires_at < now() ORDER BY expires_at LIMIT 20
        FOR UPDATE SKIP LOCKED))
INSERT INTO login_transactions (state_hash, browser_hash, provider, data, expires_at)
VALUES ($1, $2, $3, $4::jsonb, now() + $5::interval)
RETURNING id
"""

# A wrong browser does not use the row up: a stranger who learned the state could else spoil the sign-in.
_TAKE = """
DELETE FROM login_transactions
WHERE state_hash = $1 AND browser_hash = $2 AND provider = $3 AND expires_at > now()
RETURNING data
"""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What must still be known when the browser comes back; ``began`` in seconds since 1970."""

    nonce: str
    verifier: str
    target: str
    wish: Wish = Wish.SIGN_IN
    member_id: int | None = None
    acr: str | None = None
    began: int = 0


async def begin(state: str, browser: str, provider: str, what: UnderWay) -> None:
    data = msgspec.json.encode(what).decode()
    await sql.rows(_BEGIN, digest(state), digest(browser), provider, data, LIFETIME)


async def take(state: str, browser: bytes, provider: str) -> UnderWay | None:
    """The sign-in of that state, once; None if it is unknown, over, or another browser's."""
    row = await sql.first(_TAKE, digest(state), digest(browser), provider)
    return msgspec.json.decode(row["data"], type=UnderWay) if row else None
