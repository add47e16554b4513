"""The tool as the demo's platform knows it: how it registered, and whether something was signed by it."""
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

LEEWAY_SECONDS: Final = 60
KEPT: Final = 10_000


class NotTheToolError(Exception):
    """What came is not, or not freshly, signed by the tool; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """One registration; every address is below the one place that the platform serves."""

    client_id: str
    deployment_id: str
    login_url: str
    redirect_uris: tuple[str, ...]
    target_url: str
    jwks_url: str


class Tools:
    """The registered tools, and what they sign by the keys at their own address."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._by_id: dict[str, Tool] = {}
        self._keys: dict[str, KeySet] = {}
        self._seen: dict[str, None] = {}

    def add(self, tool: Tool) -> None:
        self._by_id[tool.client_id] = tool

    def named(self, client_id: str | None) -> Tool | None:
        return self._by_id.get(client_id or "")

    def first(self) -> Tool | None:
        return next(iter(self._by_id.values()), None)

    def speaking(self, token: object) -> Tool | None:
        """Who a token says that it is from; only the signature will show whether that is true."""
        try:
            said = json.loads(extract_compact(str(token).encode()).payload)
        except (JoseError, ValueError):
            return None
        return self.named(str(said.get("iss"))) if isinstance(said, dict) else None

    async def claims(self, tool: Tool, token: str, *, audience: str, once: str) -> dict[str, Any]:
        """What this tool signed for this audience; ``once`` names the claim that was never seen before.

        Raises ``NotTheToolError``.
        """
        try:
            claims = (await self._decode(tool, token)).claims
            registry = jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": tool.client_id},
                aud={"essential": True, "value": audience},
                iat={"essential": True},
                exp={"essential": True},
            )
            registry.validate(claims)
        except (JoseError, ValueError, httpx2.HTTPError) as error:
            raise NotTheToolError(f"{type(error).__name__}: {error}") from error
        self._use_up(tool.client_id, claims.get(once))
        return dict(claims)

    async def _decode(self, tool: Tool, token: str) -> jwt.Token:
        known = tool.jwks_url in self._keys
        try:
            return jwt.decode(token, await self._keys_of(tool), algorithms=["RS256"])
        except InvalidKeyIdError:
            if not known:
                raise
            del self._keys[tool.jwks_url]
            return jwt.decode(token, await self._keys_of(tool), algorithms=["RS256"])

    async def _keys_of(self, tool: Tool) -> KeySet:
        if tool.jwks_url not in self._keys:
            answer = await self._client.get(tool.jwks_url)
            answer.raise_for_status()
            self._keys[tool.jwks_url] = KeySet.import_key_set(answer.json())
        return self._keys[tool.jwks_url]

    def _use_up(self, client_id: str, number: object) -> None:
        if not isinstance(number, str) or not number:
            raise NotTheToolError("it could be used more than once")
        key = f"{client_id} {number}"
        if key in self._seen:
            raise NotTheToolError("it was used before")
        while len(self._seen) >= KEPT:
            del self._seen[next(iter(self._seen))]
        self._seen[key] = None


def registered(said: Mapping[str, Any], *, origin: str, client_id: str, deployment_id: str) -> Tool:
    """A tool from its registration (LTI Dynamic Registration 1.0, 3.5); ValueError where it will not do.

    The demo serves one tool at one origin, so no registration can lead anybody anywhere else.
    """
    own = said.get("https://purl.imsglobal.org/spec/lti-tool-configuration")
    redirects = said.get("redirect_uris")
    if not isinstance(own, Mapping) or not isinstance(redirects, list) or not redirects:
        raise ValueError("the tool's configuration or its redirect_uris are missing")
    if said.get("token_endpoint_auth_method") != "private_key_jwt":
        raise ValueError("token_endpoint_auth_method must be private_key_jwt")
    addresses = [said.get("initiate_login_uri"), own.get("target_link_uri"), said.get("jwks_uri"), *redirects]
    if not all(isinstance(one, str) and is_below(one, origin) for one in addresses):
        raise ValueError(f"every address must be at {origin}")
    return Tool(
        client_id=client_id,
        deployment_id=deployment_id,
        login_url=str(addresses[0]),
        target_url=str(addresses[1]),
        jwks_url=str(addresses[2]),
        redirect_uris=tuple(map(str, redirects)),
    )


def is_below(address: str, origin: str) -> bool:
    try:
        return urlsplit(address)[:2] == urlsplit(origin)[:2]
    except ValueError:
        return False


def now() -> int:
    return int(time.time())
