"""The platforms that may send people here, as plain data; every function is one statement."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from auth import sql
from auth.csrf import origin_of
from auth.sessions.cookies import is_loopback

LONGEST_ADDRESS: Final = 1000

_COLUMNS: Final = "id, name, issuer, client_id, authorization_url, token_url, jwks_url"

# Those that name no client are known by their issuer, if it has one registration here (Security Framework 5.1.1.1).
_ENABLED: Final = (
    "SELECT " + _COLUMNS + " FROM lti_platforms"
    " WHERE enabled AND issuer = $1 AND ($2::text IS NULL OR client_id = $2) LIMIT 2"
)
_ENABLED_ID: Final = "SELECT " + _COLUMNS + " FROM lti_platforms WHERE enabled AND id = $1"
HOST: Final = re.compile(r"[A-Za-z0-9.:_-]+")
# People are (issuer, subject): two registrations of one issuer must answer by the same keys.
_ADD: Final = """
INSERT INTO lti_platforms (name, issuer, client_id, authorization_url, token_url, jwks_url)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text
WHERE NOT EXISTS (SELECT FROM lti_platforms WHERE issuer = $2 AND jwks_url <> $6)
ON CONFLICT (issuer, client_id) DO NOTHING RETURNING id
"""
_ADD_DEPLOYMENT: Final = """
INSERT INTO lti_deployments (platform_id, deployment_id) VALUES ($1, $2)
ON CONFLICT (platform_id, deployment_id) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPlatform:
    """A registration with one platform, by hand or by its own word."""

    name: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    jwks_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform(NewPlatform):
    id: int

    @property
    def source(self) -> str:
        """How the audit log and the sources of grants name it."""
        return f"lti:{self.id}"

    @property
    def origins(self) -> frozenset[str]:
        """Where its pages are."""
        return frozenset(map(origin_of, (self.issuer, self.authorization_url, self.token_url)))


def is_safe(address: object, *, local: bool) -> bool:
    """Whether it may be asked, or posted to: https; http only on loopback and for a site that is there itself."""
    if not isinstance(address, str) or not 0 < len(address) <= LONGEST_ADDRESS or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    # It goes into headers (frame-ancestors, form-action), where a star or a semicolon would mean more than a host.
    if not HOST.fullmatch(host) or parts.username is not None or " " in address or "\\" in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and local and is_loopback(host))


async def enabled(issuer: str, client_id: str | None) -> Platform | None:
    found = await sql.rows(_ENABLED, issuer, client_id)
    return Platform(**found[0]) if len(found) == 1 else None


async def enabled_id(platform_id: int) -> Platform | None:
    row = await sql.first(_ENABLED_ID, platform_id)
    return Platform(**row) if row else None


async def add(new: NewPlatform) -> int | None:
    """Its id, disabled until somebody has looked at it; None if it is registered already."""
    values = (new.name, new.issuer, new.client_id, new.authorization_url, new.token_url, new.jwks_url)
    row = await sql.first(_ADD, *values)
    return row["id"] if row else None


async def add_deployment(platform_id: int, deployment_id: str) -> int | None:
    """Its id; None if it is known already."""
    row = await sql.first(_ADD_DEPLOYMENT, platform_id, deployment_id)
    return row["id"] if row else None


async def deployment(platform_id: int, deployment_id: str) -> int | None:
    row = await sql.first(
        "SELECT id FROM lti_deployments WHERE platform_id = $1 AND deployment_id = $2", platform_id, deployment_id
    )
    return row["id"] if row else None


async def launched(platform_id: int) -> None:
    await sql.rows("UPDATE lti_platforms SET last_launch_at = now() WHERE id = $1 RETURNING id", platform_id)


async def failed(platform_id: int, reason: str) -> None:
    """Remember for the administrators what last went wrong."""
    statement = "UPDATE lti_platforms SET last_error = $2, last_error_at = now() WHERE id = $1 RETURNING id"
    await sql.rows(statement, platform_id, reason)


async def framing_origins() -> frozenset[str]:
    """Where the pages of all enabled platforms are: they may show ours in a frame."""
    found: list[dict[str, Any]] = await sql.rows("SELECT " + _COLUMNS + " FROM lti_platforms WHERE enabled")
    return frozenset().union(*(Platform(**row).origins for row in found))
