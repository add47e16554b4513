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


async def end_others(member_id: int, keep: int | None) -> list[int]:
    """End all sessions of this member but one (None: all of them, as suspension does); the ids of those ended."""
    ended = await sql.rows(
        "DELETE FROM sessions WHERE member_id = $1 AND id IS DISTINCT FROM $2::bigint RETURNING id",
        member_id,
        keep,
    )
    return [row["id"] for row in ended]


async def begin_viewing(session_id: int, member_id: int, lasting: timedelta) -> None:
    """Show this session the site as that member sees it; the caller has asked whether it may."""
    statement = (
        "UPDATE sessions SET viewing_id = $2, viewing_until = now() + $3::interval WHERE id = $1 RETURNING id"
    )
    await sql.rows(statement, session_id, member_id, lasting)


async def end_viewing(session_id: int) -> None:
    statement = "UPDATE sessions SET viewing_id = NULL, viewing_until = NULL WHERE id = $1 RETURNING id"
    await sql.rows(statement, session_id)


# The token is used up by the very statement that ends the sessions: neither happens without the other. By its `iat`
# nobody believes it for longer than eleven minutes.
_LOGOUT = """
WITH used AS (
    INSERT INTO used_logout_tokens (issuer, jti, expires_at) VALUES ($1, $2, now() + interval '20 minutes')
    ON CONFLICT (issuer, jti) DO NOTHING RETURNING id
), named AS (
    SELECT id FROM sessions WHERE issuer = $1 AND sid = $3::text AND ($4::text IS NULL OR subject = $4)
    UNION ALL
    SELECT id FROM sessions WHERE $3::text IS NULL AND issuer = $1 AND subject = $4
), ended AS (
    DELETE FROM sessions WHERE EXISTS (SELECT FROM used) AND id IN (SELECT id FROM named)
    RETURNING id, member_id, issuer
)
SELECT e.id, e.member_id, e.issuer FROM used LEFT JOIN ended e ON true
"""


async def end_by_logout_token(
    issuer: str, jti: str, *, sid: str | None, subject: str | None
) -> list[Ended] | None:
    """End what a provider's logout token names: a session by ``sid``, else all of the subject; None was used before.

    Where both are named, both must fit.
    """
    if sid is None and subject is None:
        raise ValueError("a logout token names a session or a subject")
    found = await sql.rows(_LOGOUT, issuer, jti, sid, subject)
    if not found:
        return None
    return [Ended(row["id"], row["member_id"], row["issuer"], None) for row in found if row["id"] is not None]
