"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the provider says that somebody has left."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard
from urllib.parse import parse_qs

from authlib.integrations.base_client import OAuthError
from joserfc.errors import (
    DecodeError,
    InvalidPayloadError,
    JoseError,
    MissingAlgorithmError,
    UnsupportedAlgorithmError,
)
from joserfc.jwt import Token
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from auth.directory import Directory
from auth.limiter import Limiter, network_of
from auth.oidc.client import LEEWAY_SECONDS, UnreachableError
from auth.oidc.providers import Provider, Providers
from auth.sessions import commands as sessions

log = logging.getLogger(__name__)

PATH: Final = "/auth/backchannel-logout/"
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
TYPES: Final = ("logout+jwt", "jwt", "application/logout+jwt")
LARGEST: Final = 8 * 1024
OLDEST_SECONDS: Final = 600
TEXT_LENGTH: Final = 255
# Only refusals count: a provider may sign a whole course out at once.
REFUSALS, REFUSALS_SECONDS = 30, 60.0


class LogoutRefusedError(Exception):
    """``reason``: unknown_provider · oversize · form · unreachable · unreadable · algorithm · signature · typ · iss ·
    aud · iat · exp · events · nonce · subject · jti · replay.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class LogoutToken:
    """Whose sessions end: those of ``sid``; of the subject where there is none."""

    issuer: str
    subject: str | None
    sid: str | None
    jti: str


class BackChannel:
    """`POST /auth/backchannel-logout/{provider}`: 200, 400, or 429 to an address that was refused too often."""

    def __init__(self, providers: Providers, directory: Directory) -> None:
        self._providers, self._directory = providers, directory
        self._refusals = Limiter(REFUSALS, REFUSALS_SECONDS)

    def paths(self) -> frozenset[str]:
        """Exactly these are posted to from outside, without a browser."""
        return frozenset(PATH + provider.name for provider in self._providers)

    def routes(self) -> Sequence[BaseRoute]:
        return (Route(PATH + "{provider}", self.receive, methods=["POST"]),)

    async def receive(self, request: Request) -> Response:
        address = network_of(request.client.host if request.client else None)
        if wait := self._refusals.wait(address):
            return _answer(429, "slow_down", {"Retry-After": str(int(wait) + 1)})
        provider = self._providers.named(request.path_params["provider"])
        try:
            if provider is None:
                raise LogoutRefusedError("unknown_provider")
            token = await check(provider, await _sent_token(request))
            ended = await sessions.end_by_logout_token(
                token.issuer, token.jti, sid=token.sid, subject=token.subject
            )
            if ended is None:
                raise LogoutRefusedError("replay")
        except LogoutRefusedError as refused:
            self._refusals.spend(address)
            await self._note("logout.refused", None, None, refused.reason, provider)
            return _answer(400, "invalid_request", description=refused.reason)
        for session in ended:
            await self._note("session.ended", session.member_id, session.id, "provider_logout", provider)
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def _note(
        self, action: str, member: int | None, session: int | None, reason: str, provider: Provider | None
    ) -> None:
        after = {"reason": reason} | ({"provider": provider.name} if provider else {})
        await self._directory.note(action, member_id=member, subject_id=session, after=after)


async def _sent_token(request: Request) -> str:
    """The form's one `logout_token` (2.5), of a body that is never read further than it may be long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise LogoutRefusedError("oversize")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise LogoutRefusedError("form")
    try:
        (token,) = parse_qs(body.decode("ascii"), max_num_fields=10)["logout_token"]
    except (ValueError, KeyError) as error:
        raise LogoutRefusedError("form") from error
    return token


async def check(provider: Provider, raw: str) -> LogoutToken:
    """All checks of 2.6 but the one that the token is new, in order; raises LogoutRefusedError."""
    token = await _signed(provider, raw)
    claims, now = token.claims, time.time()
    iat, exp = claims.get("iat"), claims.get("exp")
    events = claims.get("events")
    sub, sid, jti = (_text(claims, name) for name in ("sub", "sid", "jti"))
    named = [name for name in ("sub", "sid") if name in claims]
    steps = {
        "typ": str(token.header.get("typ", TYPES[0])).lower() in TYPES,
        "iss": claims.get("iss") == provider.issuer,
        "aud": provider.client.client_id in _listed(claims.get("aud")),
        "iat": _number(iat) and -OLDEST_SECONDS <= iat - now <= LEEWAY_SECONDS,
        "exp": _number(exp) and exp > now - LEEWAY_SECONDS,
        "events": isinstance(events, Mapping) and isinstance(events.get(EVENT), Mapping),
        "nonce": "nonce" not in claims,
        "subject": bool(named) and all(_text(claims, name) is not None for name in named),
        "jti": jti is not None,
    }
    for reason, passed in steps.items():
        if not passed:
            raise LogoutRefusedError(reason)
    return LogoutToken(issuer=provider.issuer, subject=sub, sid=sid, jti=jti or "")


async def _signed(provider: Provider, raw: str) -> Token:
    """2.4: signed as ID tokens are, by the provider's keys; 2.6.1 does not arise, we ask for no encryption."""
    try:
        return await provider.client.verified(raw)
    except UnreachableError as error:
        raise LogoutRefusedError("unreachable") from error
    except (UnsupportedAlgorithmError, MissingAlgorithmError) as error:
        raise LogoutRefusedError("algorithm") from error
    except (OAuthError, DecodeError, InvalidPayloadError) as error:
        raise LogoutRefusedError("unreadable") from error
    except (JoseError, ValueError) as error:
        raise LogoutRefusedError("signature") from error


def _listed(audience: object) -> Sequence[object]:
    return audience if isinstance(audience, list) else [audience]


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**53


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    good = isinstance(value, str) and 1 <= len(value) <= TEXT_LENGTH and value.isprintable()
    return value if good else None


def _answer(
    status: int, error: str, headers: Mapping[str, str] | None = None, *, description: str | None = None
) -> Response:
    """2.8: 400 with the error as JSON, never kept by a cache."""
    body = {"error": error} | ({"error_description": description} if description else {})
    return JSONResponse(body, status, {"Cache-Control": "no-store", **(headers or {})})
