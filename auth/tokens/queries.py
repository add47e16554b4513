"""The tokens that a member may look at; the secret is not among what is kept."""

from dataclasses import dataclass
from datetime import datetime

from auth import sql


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenView:
    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


async def of_member(member_id: int) -> list[TokenView]:
    """All of them, expired ones too, the newest first."""
    found = await sql.rows(
        "SELECT id, name, prefix, scopes, created_at, last_used_at, expires_at FROM api_tokens"
        " WHERE member_id = $1 ORDER BY id DESC LIMIT 200",
        member_id,
    )
    return [TokenView(**row) for row in found]
