"""The provisioning clients: made, listed, recognised by their token, removed; each is one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth import sql
from auth.oidc.reserved import DEMO_ISSUER
from auth.scim.people import Client, SubjectFrom
from auth.scim.shape import new_token
from auth.sessions.cookies import digest

NAME_LENGTH: Final = 60
ISSUER_LENGTH: Final = 500
MOST_GROUPS: Final = 100
SUBJECTS: Final[tuple[SubjectFrom, ...]] = ("externalId", "userName", "id")

_CREATE = """
INSERT INTO scim_clients (name, issuer, subject_from, group_ids, token_hash) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lower(name)) DO NOTHING RETURNING id
"""

_RECOGNISE = """
SELECT id, name, issuer, subject_from, group_ids,
       coalesce(last_used_at < now() - interval '1 minute', true) AS stale
FROM scim_clients WHERE token_hash = $1
"""

# Requests come in bursts, many at once: whoever finds the row locked has nothing to add.
_USED = """
UPDATE scim_clients SET last_used_at = now() WHERE id = (
    SELECT id FROM scim_clients WHERE id = $1
        AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute') FOR UPDATE SKIP LOCKED)
RETURNING id
"""

_LIST = """
SELECT c.id, c.name, c.issuer, c.subject_from, c.group_ids, c.created_at, c.last_used_at,
       count(r.id) FILTER (WHERE r.kind = 'User') AS users,
       count(r.id) FILTER (WHERE r.kind = 'User' AND r.member_id IS NULL) AS nobodies,
       count(r.id) FILTER (WHERE r.kind = 'Group') AS groups
FROM scim_clients c LEFT JOIN scim_resources r ON r.client_id = c.id
GROUP BY c.id ORDER BY lower(c.name)
"""


class ClientError(ValueError):
    """``field`` is wrong in the way ``code`` says."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Created:
    """``token`` is shown once and kept nowhere."""

    id: int
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientView:
    """``nobodies``: Users without what makes them a person here (their subject)."""

    client: Client
    created_at: datetime
    last_used_at: datetime | None
    users: int
    nobodies: int
    groups: int


async def create(name: str, issuer: str, subject_from: str, group_ids: Collection[int] = ()) -> Created:
    """A client and its token; raises ClientError. The caller has asked whether this person may."""
    name, issuer = name.strip(), issuer.strip()
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise ClientError("name", "length")
    if not 1 <= len(issuer) <= ISSUER_LENGTH or not issuer.isprintable() or " " in issuer:
        raise ClientError("issuer", "not_valid")
    if issuer.rstrip("/") == DEMO_ISSUER:
        raise ClientError("issuer", "reserved")
    if subject_from not in SUBJECTS:
        raise ClientError("subject_from", "unknown_choice")
    if len(set(group_ids)) > MOST_GROUPS:
        raise ClientError("groups", "too_long")
    token = new_token()
    row = await sql.first(_CREATE, name, issuer, subject_from, sorted(set(group_ids)), digest(token))
    if row is None:
        raise ClientError("name", "taken")
    return Created(row["id"], token)


async def recognise(token: bytes) -> Client | None:
    """Whose token it is. The index holds hashes: how long the search takes tells nothing of a token."""
    row = await sql.first(_RECOGNISE, digest(token))
    if row is None:
        return None
    if row["stale"]:
        await sql.rows(_USED, row["id"])
    return _client(row)


async def all_clients() -> list[ClientView]:
    return [
        ClientView(
            client=_client(row),
            created_at=row["created_at"],
            last_used_at=row["last_used_at"],
            users=row["users"],
            nobodies=row["nobodies"],
            groups=row["groups"],
        )
        for row in await sql.rows(_LIST)
    ]


async def remove(client_id: int) -> bool:
    """Its token is worthless at once, its resources go with it."""
    return bool(await sql.rows("DELETE FROM scim_clients WHERE id = $1 RETURNING id", client_id))


def _client(row: dict[str, Any]) -> Client:
    return Client(
        id=row["id"],
        name=row["name"],
        issuer=row["issuer"],
        subject_from=row["subject_from"],
        group_ids=tuple(row["group_ids"]),
    )
