"""A provider that can be made to break each rule, one at a time."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.auth.site import begin

ISSUER = "https://op.example.test"
SECOND = "https://second.example.test"
KEYS = [RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True) for _ in range(2)]


class LyingProvider:
    def __init__(self, issuer: str = ISSUER, name: str = "op") -> None:
        self.issuer, self.name = issuer, name
        self.key, self.published, self.kid = KEYS[0], [KEYS[0]], True
        self.metadata: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": issuer + "/authorize",
            "token_endpoint": issuer + "/token",
            "jwks_uri": issuer + "/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.claims: dict[str, Any] = {"sub": "s-1", "name": "Nia Mensah", "preferred_username": "nia"}
        self.userinfo: dict[str, Any] = {}
        self.algorithm, self.down, self.hangs = "RS256", False, False
        self.header: dict[str, Any] = {}
        self.spoil: Callable[[str], str] = lambda token: token
        self.token_forms: list[dict[str, list[str]]] = []
        self.asked: list[str] = []
        self.nonce = ""
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        if self.hangs:
            await asyncio.Event().wait()
        return JSONResponse({"error": "down"}, 503) if self.down else JSONResponse(self.metadata)

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        keys = [key.as_dict(private=False) for key in self.published]
        if not self.kid:
            keys = [{name: value for name, value in key.items() if name != "kid"} for key in keys]
        return JSONResponse({"keys": keys})

    async def _userinfo(self, request: Request) -> Response:
        return JSONResponse(self.userinfo)

    async def _token(self, request: Request) -> Response:
        self.token_forms.append(parse_qs((await request.body()).decode()))
        token = self.spoil(self.id_token())
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "forum", "iat": now, "exp": now + 300, "nonce": self.nonce}
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        header: dict[str, Any] = {"alg": self.algorithm, **self.header}
        if self.kid:
            header["kid"] = self.key.kid
        if self.algorithm in ("none", "HS256"):
            return forged(header, claims, self.key)
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def forged(header: dict[str, Any], claims: dict[str, Any], key: RSAKey) -> str:
    """Under `none`, or under HS256 with the public key's text as the shared secret, the classic confusion.

    By hand, for joserfc will not make one.
    """
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    mac = b""
    if header["alg"] == "HS256":
        mac = hmac.digest(key.as_pem(private=False), b".".join(parts), "sha256")
    return b".".join([*parts, urlsafe_b64encode(mac).rstrip(b"=")]).decode()


async def sign_in(
    browser: httpx2.AsyncClient, op: LyingProvider, query: dict[str, str] | None = None, **form: str
) -> httpx2.Response:
    """The whole way, as an honest browser would go it; ``query`` changes what it brings back."""
    sent = await begin(browser, op.name, **form)
    return await come_back(browser, op, sent, **(query or {}))


async def come_back(
    browser: httpx2.AsyncClient, op: LyingProvider, sent: dict[str, str], **query: str
) -> httpx2.Response:
    op.nonce = sent["nonce"]
    back = {"code": "c", "state": sent["state"], "iss": op.issuer, **query}
    return await browser.get(f"/auth/callback/{op.name}", params={k: v for k, v in back.items() if v})
