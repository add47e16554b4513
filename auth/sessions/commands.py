"""Begin, mark and end sessions; each is one statement."""

from dataclasses import dataclass
from datetime import timedelta

from auth import sql
from auth.sessions.cookies import digest, new_token
from auth.sessions.models import SessionKind

# What the browser held until now ends in the same statement: a token planted before sign-in is worthless.
_BEGIN = """
WITH replaced AS (DELETE FROM sessions WHERE token_hash = $10)
INSERT INTO sessions
    (token_hash, member_id, kind, issuer, subject, sid, id_token, acr, auth_time, expires_at, user_agent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $11::interval, $12)
RETURNING id
"""

# Two tabs would queue for the row: whoever finds it locked has nothing to add.
_SEEN = """
UPDATE sessions SET last_seen_at = now() WHERE id = (
    SELECT id FROM sessions
    WHERE id = $1 AND last_seen_at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSession:
    member_id: int
    issuer: str
    subject: str
    kind: SessionKind = SessionKind.OIDC
    sid: str | None = None
    sealed_id_token: bytes | None = None
    acr: str | None = None
    auth_time: int | None = None
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """``token`` goes to the browser and is kept nowhere else."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What the provider's own sign-out needs."""

    id: int
    member_id: int
    issuer: str
    sealed_id_token: bytes | None


async def begin(new: NewSession, *, lasting: timedelta, replacing: bytes | None) -> Begun:
    """A session with a new token; the one whose hash is ``replacing`` ends."""
    token = new_token()
    row = await sql.first(
        _BEGIN,
        digest(token),
        new.member_id,
        new.kind.value,
        new.issuer,
        new.subject,
        new.sid,
        new.sealed_id_token,
        new.acr,
        new.auth_time,
        replacing,
        lasting,
        new.user_agent,
    )
    assert row is not None
    return Begun(row["id"], token)


async def seen(session_id: int) -> None:
    """Mark that the session was used, at most once a minute."""
    await sql.rows(_SEEN, session_id)


async def end(token_hash: bytes) -> Ended | None:
    row = await sql.first(
        "DELETE FROM sessions WHERE token_hash = $1 RETURNING id, member_id, issuer, id_token", token_hash
    )
    return Ended(row["id"], row["member_id"], row["issuer"], row["id_token"]) if row else None


async def end_mine(member_id: int, session_id: int) -> bool:
    """End one session of this member, False when it is not theirs or has ended already."""
    statement = "DELETE FROM sessions WHERE id = $1 AND member_id = $2 RETURNING id"
    return bool(await sql.rows(statement, session_id, member_id))


async def end_others(member_id: int, keep: int | None) -> int:
    """End all sessions of this member but one (None: all of them, as suspension does); how many ended."""
    ended = await sql.rows(
        "DELETE FROM sessions WHERE member_id = $1 AND id IS DISTINCT FROM $2::bigint RETURNING id",
        member_id,
        keep,
    )
    return len(ended)


# Back-channel logout (by issuer and sid or subject) joins these when logout tokens arrive.
