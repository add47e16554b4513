"""The way through one provider: begin, come back, be known (code flow with PKCE, state and nonce)."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError

from auth.directory import Claims
from auth.entrance import Proof
from auth.oidc import transactions
from auth.oidc.claims import claims_of
from auth.oidc.client import UnreachableError
from auth.oidc.providers import Provider
from auth.oidc.transactions import UnderWay
from auth.sessions.cookies import new_token

log = logging.getLogger(__name__)

# The person said no, or must act at the provider first (OpenID Connect Core 3.1.2.6, RFC 6749 4.1.2.1).
CANCELLED: Final = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})
HINT_LENGTH: Final = 200
ID_TOKEN_LENGTH: Final = 16_000


class SignInError(Exception):
    """``reason``: expired · issuer_mismatch · cancelled · refused_by_provider · untrusted · unreachable."""

    def __init__(self, reason: str, target: str = "/") -> None:
        super().__init__(reason)
        self.reason, self.target = reason, target


async def begin(
    provider: Provider, *, callback: str, browser: str, target: str, login_hint: str | None
) -> str:
    """Write the sign-in under way; the address at the provider to send the browser to."""
    state = new_token()
    extra = {"login_hint": login_hint} if login_hint and len(login_hint) <= HINT_LENGTH else {}
    try:
        made = await provider.client.create_authorization_url(
            callback, state=state, nonce=new_token(), **extra
        )
    except UnreachableError as error:
        raise SignInError("unreachable", target) from error
    except OAuthError as error:
        raise SignInError("untrusted", target) from error
    under_way = UnderWay(nonce=made["nonce"], verifier=made["code_verifier"], target=target)
    await transactions.begin(state, browser, provider.name, under_way)
    return str(made["url"])


async def come_back(
    provider: Provider, query: Mapping[str, str], browser: bytes | None, *, callback: str
) -> tuple[Claims, Proof]:
    """Check all that came back, in the order of the standards; raises SignInError."""
    state = query.get("state")
    under_way = await transactions.take(state, browser, provider.name) if state and browser else None
    if under_way is None:
        raise SignInError("expired")
    try:
        await _check_issuer(provider, query.get("iss"), under_way)
        if "error" in query:
            reason = "cancelled" if query["error"] in CANCELLED else "refused_by_provider"
            raise SignInError(reason, under_way.target)
        return await _redeem(provider, query.get("code", ""), under_way, callback)
    except (UnreachableError, httpx2.HTTPError) as error:
        raise SignInError("unreachable", under_way.target) from error
    except (OAuthError, JoseError, ValueError, KeyError) as error:
        log.warning("sign-in refused: %s: %s", type(error).__name__, error, extra={"provider": provider.name})
        raise SignInError("untrusted", under_way.target) from error


async def _check_issuer(provider: Provider, said: str | None, under_way: UnderWay) -> None:
    """RFC 9207: required where the provider promises it, and never another's."""
    metadata = await provider.client.load_server_metadata()
    promised = metadata["authorization_response_iss_parameter_supported"]
    if said != provider.issuer and (promised or said is not None):
        raise SignInError("issuer_mismatch", under_way.target)


async def _redeem(provider: Provider, code: str, under_way: UnderWay, callback: str) -> tuple[Claims, Proof]:
    token = await provider.client.fetch_access_token(
        redirect_uri=callback, code=code, code_verifier=under_way.verifier
    )
    said = await provider.client.parse_id_token(token, under_way.nonce)
    if "name" not in said and "preferred_username" not in said:
        said = {**await provider.client.userinfo_for(said["sub"], token), **said}
    claims = claims_of(provider.name, said)
    if claims is None or len(token["id_token"]) > ID_TOKEN_LENGTH:
        raise SignInError("untrusted", under_way.target)
    return claims, Proof(
        target=under_way.target,
        new_status=provider.new_status,
        id_token=token["id_token"],
        sid=_short(said.get("sid")),
        acr=_short(said.get("acr")),
        auth_time=_whole(said.get("auth_time")),
    )


async def way_out(provider: Provider, *, id_token: str | None, landing: str) -> str | None:
    """The provider's own sign-out (RP-Initiated Logout 1.0); None where it has none or is not to be had."""
    try:
        metadata = await provider.client.load_server_metadata()
        if "end_session_endpoint" not in metadata:
            return None
        made = await provider.client.create_logout_url(
            landing, id_token_hint=id_token, client_id=provider.client.client_id
        )
    except (UnreachableError, OAuthError):
        return None
    return str(made["url"])


def _short(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= 255 and value.isprintable() else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 < value < 2**53 else None
