"""Make, mark and end API tokens; each is one statement. Verifying one is the actor's own statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth import sql
from auth.actor import Scope
from auth.sessions.cookies import digest
from auth.tokens.shape import new_token

NAME_LENGTH = 80
LONGEST = timedelta(days=366)
MOST = 50

# What expired a month ago makes room in the list. The caller lets a member make one at a time.
_CREATE = """
WITH swept AS (DELETE FROM api_tokens WHERE member_id = $1 AND expires_at < now() - interval '30 days')
INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at, group_ids)
SELECT $1, $2, $3, $4, $5, now() + $6::interval, $7
WHERE (SELECT count(*) FROM api_tokens WHERE member_id = $1 AND expires_at > now()) < $8::int
RETURNING id, created_at, expires_at
"""

_USED = """
UPDATE api_tokens SET last_used_at = now() WHERE id = (
    SELECT id FROM api_tokens WHERE id = $1
        AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute') FOR UPDATE SKIP LOCKED)
RETURNING id
"""


class TokenError(ValueError):
    """``field`` is wrong in the way ``code`` says."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Created:
    """``token`` is shown once and kept nowhere."""

    id: int
    token: str
    prefix: str
    created_at: datetime
    expires_at: datetime


async def create(
    member_id: int,
    name: str,
    scopes: Collection[Scope],
    lasting: timedelta,
    group_ids: Collection[int] | None = None,
) -> Created:
    """A token for at most a year; raises TokenError. The caller has asked whether this member may.

    ``group_ids``: the only groups it opens; such a one never has the scope for staff.
    """
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise TokenError("name", "length")
    if not scopes:
        raise TokenError("scopes", "required")
    if not timedelta() < lasting <= LONGEST:
        raise TokenError("expires_at", "out_of_range")
    if group_ids is not None and Scope.STAFF in scopes:
        raise TokenError("scopes", "staff_everywhere")
    prefix, token = new_token()
    row = await sql.first(
        _CREATE,
        member_id,
        name,
        prefix,
        digest(token),
        sorted({scope.value for scope in scopes}),
        lasting,
        None if group_ids is None else sorted(set(group_ids)),
        MOST,
    )
    if row is None:
        raise TokenError("", "too_many_tokens")
    return Created(row["id"], token, prefix, row["created_at"], row["expires_at"])


async def used(token_id: int) -> None:
    """Mark that the token was used, at most once a minute."""
    await sql.rows(_USED, token_id)


async def end_mine(member_id: int, token_id: int) -> list[str] | None:
    """End one token of this member: its scopes, or None when it is not theirs or has ended already."""
    statement = "DELETE FROM api_tokens WHERE id = $1 AND member_id = $2 RETURNING scopes"
    row = await sql.first(statement, token_id, member_id)
    return row["scopes"] if row else None


async def end_all(member_id: int) -> int:
    return len(await sql.rows("DELETE FROM api_tokens WHERE member_id = $1 RETURNING id", member_id))
