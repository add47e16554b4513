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
    group_ids: list[int] | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime
    expired: bool


async def of_member(member_id: int) -> list[TokenView]:
    """All of them, expired ones too, the newest first."""
    found = await sql.rows(
        "SELECT id, name, prefix, scopes, group_ids, created_at, last_used_at, expires_at,"
        " expires_at <= now() AS expired FROM api_tokens"
        " WHERE member_id = $1 ORDER BY id DESC LIMIT 200",
        member_id,
    )
    return [TokenView(**row) for row in found]
