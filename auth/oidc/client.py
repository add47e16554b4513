"""Authlib's OpenID Connect client, with the checks it leaves to others.

What is added: discovery must name the issuer it was asked for, and its addresses be https; algorithms are
asymmetric ones whatever the provider lists; the ID token's audience holds us, with no leeway above 60 s;
keys are fetched again when a signature does not fit, with or without `kid`, at most every ten seconds;
userinfo counts only for the same subject.
"""

import asyncio
import math
import time
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import FrameworkIntegration, OAuthError
from authlib.integrations.starlette_client import StarletteOAuth2App
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError

from auth.oidc.reserved import DEMO_ISSUER
from auth.outbound import Bounded, Breaker, timeout
from auth.sessions.cookies import is_loopback
from auth.signed import verified
from config.settings import LimitsSettings, ProviderSettings

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
LEEWAY_SECONDS: Final = 60
METADATA_SECONDS: Final = 3600
KEYS_SECONDS: Final = 3600
RETRY_SECONDS: Final = 10
DISCOVERY: Final = "/.well-known/openid-configuration"

# Authlib passes all metadata on to its HTTP client as options: a provider that lists "verify" or "transport"
# would set them. Only these are kept.
REQUIRED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ADDRESSES: Final = (*REQUIRED, "userinfo_endpoint", "end_session_endpoint")


class UnreachableError(Exception):
    """The provider did not answer, or with something that is no answer."""


class UntrustedError(OAuthError):  # type: ignore[misc]
    """The provider said something that must not be believed."""

    error = "untrusted"


class HardenedClient(StarletteOAuth2App):  # type: ignore[misc]
    """One provider, for the life of a process."""

    def __init__(
        self, provider: ProviderSettings, client: httpx2.AsyncClient, limits: LimitsSettings
    ) -> None:
        self.issuer = provider.issuer
        self._breaker = Breaker(Bounded(client, limits))
        super().__init__(
            FrameworkIntegration(provider.name),
            provider.name,
            client_id=provider.client_id,
            client_secret=provider.client_secret.reveal(),
            server_metadata_url=provider.issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": " ".join(provider.scopes),
                "code_challenge_method": "S256",
                "transport": self._breaker,
                "timeout": timeout(limits),
                "trust_env": False,
            },
        )
        self._lock = asyncio.Lock()
        self._metadata_due = 0.0
        self._keys: dict[str, Any] | None = None
        self._keys_at = 0.0
        self._forced_at = -math.inf

    @property
    def is_ready(self) -> bool:
        """Whether somebody can be sent to it at once, without asking it anything."""
        return bool(self.server_metadata) and time.monotonic() < self._metadata_due and not self._breaker.is_open

    async def load_server_metadata(self) -> dict[str, Any]:
        """The provider's discovery document, an hour old at most, older while it cannot be fetched."""
        if time.monotonic() >= self._metadata_due:
            async with self._lock:
                if time.monotonic() >= self._metadata_due:
                    await self._ask_what_it_is()
        return self._known()

    async def renew(self) -> None:
        """Ask before what is known grows old, so that nobody waits for it."""
        async with self._lock:
            await self._ask_what_it_is()

    async def _ask_what_it_is(self) -> None:
        try:
            self.server_metadata = self._checked(await self._get_json(self._server_metadata_url))
        except UnreachableError:
            if self.server_metadata:
                self._metadata_due = max(self._metadata_due, time.monotonic() + RETRY_SECONDS)
        except UntrustedError:
            self._metadata_due = time.monotonic() + RETRY_SECONDS
            raise
        else:
            self._metadata_due = time.monotonic() + METADATA_SECONDS

    def _known(self) -> dict[str, Any]:
        if not self.server_metadata:
            raise UnreachableError(self.issuer)
        metadata: dict[str, Any] = self.server_metadata
        return metadata

    def _checked(self, found: dict[str, Any]) -> dict[str, Any]:
        if found.get("issuer") != self.issuer:
            raise UntrustedError(description="discovery names another issuer")
        kept: dict[str, Any] = {"issuer": self.issuer}
        for name in ADDRESSES:
            if found.get(name) is not None:
                kept[name] = self._safe_address(found[name])
        if not all(name in kept for name in REQUIRED):
            raise UntrustedError(description="discovery lacks an address")
        listed = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        kept["id_token_signing_alg_values_supported"] = [a for a in ALGORITHMS if a in listed] or ["RS256"]
        kept["authorization_response_iss_parameter_supported"] = (
            found.get("authorization_response_iss_parameter_supported") is True
        )
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods
        kept["token_endpoint_auth_method"] = "client_secret_basic" if basic else "client_secret_post"
        return kept

    def _safe_address(self, address: object) -> str:
        parts = urlsplit(address if isinstance(address, str) else "")
        loopback = is_loopback(parts.hostname or "") and self._issuer_is_local()
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
            raise UntrustedError(description="discovery lists an address without TLS")
        return str(address)

    def _issuer_is_local(self) -> bool:
        return self.issuer == DEMO_ISSUER or is_loopback(urlsplit(self.issuer).hostname or "")

    async def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]:
        """The provider's keys; ``force`` asks for newer ones, which it gets at most every ten seconds.

        The first such wish is met at once, however young the keys are: they may have changed since.
        """
        metadata = await self.load_server_metadata()
        async with self._lock:
            now = time.monotonic()
            force = force and now - self._forced_at > RETRY_SECONDS
            if force:
                self._forced_at = now
            if self._keys is None or now - self._keys_at > KEYS_SECONDS or force:
                try:
                    self._keys = await self._get_json(metadata["jwks_uri"])
                except UnreachableError:
                    if self._keys is None:
                        raise
                self._keys_at = time.monotonic()
            return self._keys

    async def parse_id_token(
        self,
        token: dict[str, Any],
        nonce: str,
        claims_options: dict[str, Any] | None = None,
        claims_cls: type[CodeIDToken] = CodeIDToken,
        leeway: int = LEEWAY_SECONDS,
    ) -> dict[str, Any]:
        """The claims of a verified ID token (OpenID Connect Core 3.1.3.7); raises OAuthError or JoseError."""
        raw = token.get("id_token")
        if not isinstance(raw, str) or not nonce:
            raise UntrustedError(description="no ID token")
        decoded = await self.verified(raw)
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "sub": {"essential": True},
            **(claims_options or {}),
        }
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = claims_cls(decoded.claims, decoded.header, options, params)
        claims.validate(leeway=min(leeway, LEEWAY_SECONDS))
        return dict(claims)

    async def verified(self, raw: str) -> jwt.Token:
        """An ID token or logout token of this provider, of which only the signature has been checked.

        Raises JoseError, OAuthError (of its metadata) or UnreachableError.
        """
        metadata = await self.load_server_metadata()
        registry = jws.JWSRegistry(
            algorithms=metadata["id_token_signing_alg_values_supported"], strict_check_header=False
        )
        try:
            return verified(raw, await self.fetch_jwk_set(), registry)
        except (BadSignatureError, InvalidKeyIdError):
            # The keys may have changed since we asked; without `kid` that looks like a bad signature.
            return verified(raw, await self.fetch_jwk_set(force=True), registry)

    async def userinfo_for(self, subject: str, token: dict[str, Any]) -> dict[str, Any]:
        """What the userinfo endpoint adds; one about somebody else is refused (Core 5.3.2)."""
        metadata = await self.load_server_metadata()
        if "userinfo_endpoint" not in metadata:
            return {}
        # Without its lifetime: Authlib takes a token that lives a minute for one that has expired.
        bearer = {"access_token": token["access_token"], "token_type": "Bearer"}
        try:
            found = dict(await self.userinfo(token=bearer))
        except (httpx2.HTTPError, ValueError) as error:
            raise UnreachableError(self.issuer) from error
        if found.get("sub") != subject:
            raise UntrustedError(description="userinfo is about somebody else")
        return found

    async def _get_json(self, url: str) -> dict[str, Any]:
        try:
            async with self._get_session() as session:
                answer = await session.request("GET", url, withhold_token=True)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise UnreachableError(self.issuer) from error
        if not isinstance(found, dict):
            raise UnreachableError(self.issuer)
        return found
