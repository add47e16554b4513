"""The way through one provider: begin, come back, be known (code flow with PKCE, state and nonce)."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError

from auth.directory import Claims
from auth.oidc import transactions
from auth.oidc.claims import claims_of
from auth.oidc.client import LEEWAY_SECONDS, UnreachableError
from auth.oidc.places import find
from auth.oidc.providers import Provider
from auth.oidc.transactions import UnderWay
from auth.proof import Proof, Wish
from auth.sessions.cookies import new_token

log = logging.getLogger(__name__)

# The provider would have to ask the person something (OpenID Connect Core 3.1.2.6).
MUST_ASK: Final = frozenset(
    {"login_required", "interaction_required", "consent_required", "account_selection_required"}
)
# The person said no (RFC 6749 4.1.2.1), or must act at the provider first.
CANCELLED: Final = MUST_ASK | {"access_denied"}
HINT_LENGTH: Final = 200
ID_TOKEN_LENGTH: Final = 16_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """What a browser is sent to a provider for; ``member_id`` is who asks to connect or to prove themselves."""

    target: str
    wish: Wish = Wish.SIGN_IN
    member_id: int | None = None
    login_hint: str | None = None


class SignInError(Exception):
    """``reason``: expired · issuer_mismatch · cancelled · refused_by_provider · untrusted · unreachable ·
    step_up_not_satisfied; ``quiet``: asked in silence, the provider only said that it would have to ask.
    """

    def __init__(self, reason: str, errand: Errand, *, quiet: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.errand, self.quiet = reason, errand, quiet


async def begin(provider: Provider, errand: Errand, *, callback: str, browser: str) -> str:
    """Write the sign-in under way; the address at the provider to send the browser to."""
    acr = provider.step_up_acr if errand.wish is Wish.AGAIN else None
    began = int(time.time())
    async with _told(provider, errand):
        made = await provider.client.create_authorization_url(
            callback, state=new_token(), nonce=new_token(), **_parameters(errand, acr)
        )
    under_way = UnderWay(
        nonce=made["nonce"],
        verifier=made["code_verifier"],
        target=errand.target,
        wish=errand.wish,
        member_id=errand.member_id,
        acr=acr,
        began=began,
    )
    await transactions.begin(made["state"], browser, provider.name, under_way)
    return str(made["url"])


def _parameters(errand: Errand, acr: str | None) -> dict[str, Any]:
    """What this errand adds to the request (OpenID Connect Core 3.1.2.1)."""
    asked: dict[str, Any] = {}
    if errand.login_hint and len(errand.login_hint) <= HINT_LENGTH:
        asked["login_hint"] = errand.login_hint
    if errand.wish is Wish.SILENT:
        asked["prompt"] = "none"
    if errand.wish is Wish.AGAIN:
        asked["max_age"] = 0
    if acr is not None:
        asked["acr_values"] = acr
    return asked


async def come_back(
    provider: Provider, query: Mapping[str, str], browser: bytes | None, *, callback: str
) -> tuple[Claims, Proof]:
    """Check all that came back, in the order of the standards; raises SignInError."""
    state = query.get("state")
    under_way = await transactions.take(state, browser, provider.name) if state and browser else None
    if under_way is None:
        raise SignInError("expired", Errand(target="/"))
    errand = Errand(target=under_way.target, wish=under_way.wish, member_id=under_way.member_id)
    async with _told(provider, errand):
        await _check_issuer(provider, query.get("iss"), errand)
        if "error" in query:
            reason = "cancelled" if query["error"] in CANCELLED else "refused_by_provider"
            quiet = errand.wish is Wish.SILENT and query["error"] in MUST_ASK
            raise SignInError(reason, errand, quiet=quiet)
        return await _redeem(provider, query.get("code", ""), under_way, errand, callback)


@asynccontextmanager
async def _told(provider: Provider, errand: Errand) -> AsyncIterator[None]:
    """What goes wrong at the provider, as a SignInError; all of it together takes as long as one answer may."""
    try:
        async with asyncio.timeout(provider.seconds):
            yield
    except (UnreachableError, httpx2.HTTPError, TimeoutError) as error:
        raise SignInError("unreachable", errand) from error
    except (OAuthError, JoseError, ValueError, KeyError) as error:
        log.warning("sign-in refused: %s: %s", type(error).__name__, error, extra={"provider": provider.name})
        raise SignInError("untrusted", errand) from error


async def _check_issuer(provider: Provider, said: str | None, errand: Errand) -> None:
    """RFC 9207: required where the provider promises it, and never another's."""
    metadata = await provider.client.load_server_metadata()
    promised = metadata["authorization_response_iss_parameter_supported"]
    if said != provider.issuer and (promised or said is not None):
        raise SignInError("issuer_mismatch", errand)


async def _redeem(
    provider: Provider, code: str, under_way: UnderWay, errand: Errand, callback: str
) -> tuple[Claims, Proof]:
    token = await provider.client.fetch_access_token(
        redirect_uri=callback, code=code, code_verifier=under_way.verifier
    )
    said = await provider.client.parse_id_token(token, under_way.nonce)
    auth_time, acr = _moment(said.get("auth_time")), _short(said.get("acr"))
    if under_way.wish is Wish.AGAIN:
        # Core 3.1.3.7, points 12 and 13: asked for, so it must be there, and the answer must be a new one.
        if auth_time is None or auth_time < under_way.began - LEEWAY_SECONDS:
            raise SignInError("step_up_not_satisfied", errand)
        if under_way.acr is not None and acr != under_way.acr:
            raise SignInError("step_up_not_satisfied", errand)
    if _is_short(said, provider.groups_claim):
        said = {**await provider.client.userinfo_for(said["sub"], token), **said}
    claims = claims_of(provider.name, said)
    if claims is None or len(token["id_token"]) > ID_TOKEN_LENGTH:
        raise SignInError("untrusted", errand)
    return claims, Proof(
        target=errand.target,
        label=provider.label,
        new_status=provider.new_status,
        wish=errand.wish,
        member_id=errand.member_id,
        owned_domains=provider.owned_domains,
        id_token=token["id_token"],
        sid=_short(said.get("sid")),
        acr=acr,
        # Where a level is asked for, a proof below it is good for coming in and never counts as a fresh one.
        auth_time=auth_time if provider.step_up_acr in (None, acr) else None,
    )


async def way_out(provider: Provider, *, id_token: str | None, landing: str) -> str | None:
    """The provider's own sign-out (RP-Initiated Logout 1.0); None where it has none or is not to be had."""
    try:
        async with asyncio.timeout(provider.seconds):
            metadata = await provider.client.load_server_metadata()
            if "end_session_endpoint" not in metadata:
                return None
            made = await provider.client.create_logout_url(
                landing, id_token_hint=id_token, client_id=provider.client.client_id
            )
    except (UnreachableError, OAuthError, TimeoutError):
        return None
    return str(made["url"])


def _is_short(said: Mapping[str, Any], groups_claim: str | None) -> bool:
    """Whether the token leaves out what the userinfo endpoint may add: a name, the groups."""
    nameless = "name" not in said and "preferred_username" not in said
    return nameless or (groups_claim is not None and find(said, groups_claim) is None)


def _short(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= 255 and value.isprintable() else None


def _moment(value: Any) -> int | None:
    """Seconds since 1970; a little ahead of our clock is now, further ahead (or in milliseconds) is no time at all."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    now = int(time.time())
    return min(int(value), now) if known and value <= now + LEEWAY_SECONDS else None
