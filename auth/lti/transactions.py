"""Launches and choices under way: used once, only by the browser that began them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from auth import sql
from auth.sessions.cookies import digest, new_token

T = TypeVar("T")

# No provider's name has a colon: theirs and ours share the table and its sweeping.
_BEGIN: Final = """
INSERT INTO login_transactions (state_hash, browser_hash, provider, data, expires_at)
VALUES ($1, $2, $3, $4::jsonb, now() + $5::interval) RETURNING id
"""
_TAKE: Final = """
DELETE FROM login_transactions
WHERE state_hash = $1 AND browser_hash = $2 AND provider = $3 AND expires_at > now()
RETURNING data
"""
_PEEK: Final = """
SELECT data FROM login_transactions WHERE state_hash = $1 AND provider = $2 AND expires_at > now()
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnderWay:
    """A launch that was begun: what must still be known when the platform posts it, and what began it."""

    platform_id: int
    nonce: str
    initiation: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choosing:
    """Somebody who may teach chooses the course's group; ``return_url`` None: not for a deep link."""

    platform_id: int
    member_id: int
    subject: str
    deployment_id: str
    context_id: int
    title: str
    framed: bool
    return_url: str | None = None
    data: str | None = None


_KINDS: Final = {UnderWay: ("lti:launch", timedelta(minutes=10)), Choosing: ("lti:choose", timedelta(hours=1))}


async def begin(browser: str, what: UnderWay | Choosing) -> str:
    """Its state, for the address or the form that leads back here."""
    state = new_token()
    name, lasting = _KINDS[type(what)]
    data = msgspec.json.encode(what).decode()
    await sql.rows(_BEGIN, digest(state), digest(browser), name, data, lasting)
    return state


async def take(state: str, browser: bytes | None, kind: type[T]) -> T | None:
    """What is under way by that state, once; a wrong browser does not use it up."""
    if not state or browser is None:
        return None
    return _read(await sql.first(_TAKE, digest(state), digest(browser), _KINDS[kind][0]), kind)


async def peek(state: str, kind: type[T]) -> T | None:
    """What is under way by that state in whatever browser, to say what went wrong."""
    return _read(await sql.first(_PEEK, digest(state), _KINDS[kind][0]), kind)


def _read(row: dict[str, Any] | None, kind: type[T]) -> T | None:
    return msgspec.json.decode(row["data"], type=kind) if row else None
