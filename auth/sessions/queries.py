"""The sessions that a member may look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from auth import sql


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionView:
    id: int
    kind: str
    issuer: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


async def of_member(member_id: int, *, idle: timedelta) -> list[SessionView]:
    """Those still good, the last used first; ``idle`` is the site's limit."""
    found = await sql.rows(
        "SELECT id, kind, issuer, user_agent, created_at, last_seen_at, expires_at FROM sessions"
        " WHERE member_id = $1 AND expires_at > now() AND last_seen_at > now() - $2::interval"
        " ORDER BY last_seen_at DESC, id DESC LIMIT 200",
        member_id,
        idle,
    )
    return [SessionView(**row) for row in found]
