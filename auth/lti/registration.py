"""A platform registers itself (LTI Dynamic Registration 1.0) with an administrator's ticket, and lands disabled."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from auth import sql
from auth.csrf import origin_of
from auth.lti import platforms
from auth.lti.launch import DEEP_LINK, RESOURCE_LINK, text_of
from auth.lti.platforms import NewPlatform
from auth.lti.roster import SCOPE
from auth.oidc.reserved import DEMO_ISSUER
from auth.outbound import Outbound, object_in
from auth.sessions.cookies import digest, new_token

TOOL: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TICKET_LASTS: Final = timedelta(hours=24)

_USE: Final = """
UPDATE lti_tickets SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now()
RETURNING created_by_id
"""


class RegistrationRefusedError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def new_ticket(created_by: int) -> tuple[int, str]:
    """The id and the one-time ticket, of which only the hash is kept."""
    token = new_token()
    row = await sql.first(
        "INSERT INTO lti_tickets (token_hash, created_by_id, expires_at)"
        " VALUES ($1, $2, now() + $3::interval) RETURNING id",
        digest(token),
        created_by,
        TICKET_LASTS,
    )
    assert row is not None
    return row["id"], token


async def use_ticket(ticket: str) -> int:
    """Who gave it, once."""
    row = await sql.first(_USE, digest(ticket)) if ticket else None
    if row is None:
        raise RegistrationRefusedError("ticket_unknown")
    return int(row["created_by_id"])


async def register(
    address: str, token: str | None, *, base_url: str, name: str, outbound: Outbound, demo: bool
) -> int:
    """Ask the platform for its configuration, register there, and keep it; its id here.

    ``address`` is its configuration's, ``token`` what it gave with it, ``name`` ours.
    """
    local = base_url.startswith("http://")
    if not platforms.is_safe(address, local=local):
        raise RegistrationRefusedError("unsafe_address")
    said = await _ask(outbound, "GET", address)
    found = _checked(said, address, local=local, demo=demo)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answered = await _ask(
        outbound, "POST", said["registration_endpoint"], headers=headers, json=_about_us(base_url, name)
    )
    client_id = answered.get("client_id")
    if not isinstance(client_id, str) or not 0 < len(client_id) <= 255 or not client_id.isprintable():
        raise RegistrationRefusedError("registration_unreadable")
    platform_id = await platforms.add(NewPlatform(**found, client_id=client_id))
    if platform_id is None:
        raise RegistrationRefusedError("already_registered")
    tool = answered.get(TOOL)
    deployment_id = tool.get("deployment_id") if isinstance(tool, dict) else None
    if isinstance(deployment_id, int):
        deployment_id = str(deployment_id)
    if isinstance(deployment_id, str) and 0 < len(deployment_id) <= 255 and deployment_id.isprintable():
        await platforms.add_deployment(platform_id, deployment_id)
    return platform_id


def _checked(said: Mapping[str, Any], address: str, *, local: bool, demo: bool) -> dict[str, str]:
    """Dynamic Registration 3.5.1: the issuer is where its configuration lies, and all its addresses are safe."""
    issuer = said.get("issuer")
    if not platforms.is_safe(issuer, local=local) or origin_of(str(issuer)) != origin_of(address):
        raise RegistrationRefusedError("issuer_mismatch")
    if len(str(issuer)) > 500 or (issuer == DEMO_ISSUER and not demo):
        raise RegistrationRefusedError("issuer_mismatch")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    if not all(platforms.is_safe(said.get(name), local=local) for name in names):
        raise RegistrationRefusedError("unsafe_address")
    family = said.get(PLATFORM)
    product = text_of(family.get("product_family_code"), 40) if isinstance(family, dict) else ""
    host = urlsplit(address).netloc
    return {
        "name": f"{product} {host}".strip()[:120],
        "issuer": str(issuer),
        "authorization_url": said["authorization_endpoint"],
        "token_url": said["token_endpoint"],
        "jwks_url": said["jwks_uri"],
    }


def _about_us(base_url: str, name: str) -> dict[str, Any]:
    launch = base_url + "/lti/launch"
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": base_url + "/lti/login",
        "redirect_uris": [launch],
        "client_name": name,
        "jwks_uri": base_url + "/lti/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": SCOPE,
        TOOL: {
            "domain": urlsplit(base_url).netloc,
            "target_link_uri": launch,
            "claims": ["iss", "sub", "name", "locale"],
            "messages": [
                {"type": RESOURCE_LINK, "target_link_uri": launch},
                {"type": DEEP_LINK, "target_link_uri": launch, "label": name},
            ],
        },
    }


async def _ask(outbound: Outbound, method: str, url: str, **sent: Any) -> dict[str, Any]:
    try:
        answer = await outbound.ask(method, url, **sent)
    except httpx2.HTTPError as error:
        raise RegistrationRefusedError("unreachable") from error
    if answer.status_code not in (200, 201):
        raise RegistrationRefusedError("refused_by_platform")
    found = object_in(answer)
    if found is None:
        raise RegistrationRefusedError("registration_unreadable")
    return found
