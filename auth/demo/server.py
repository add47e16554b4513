"""The demo's OpenID provider: Authlib's server core over Starlette, everything in memory.

It keeps no session of its own: each sign-in shows the faces again, so that changing from one to the next
takes one click. A restart forgets the codes under way and makes a new signing key; nothing lasting depends
on either.
"""

import secrets
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    OAuth2Payload,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc.jwk import KeySet, RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.demo_door import Face
from auth.oidc.reserved import DEMO_ISSUER

CODE_SECONDS: Final = 60
CODES_KEPT: Final = 1_000
ID_TOKEN_SECONDS: Final = 300
SCOPES: Final = ("openid", "profile", "email")
SECRET_METHODS: Final = ("client_secret_basic", "client_secret_post")
EMAIL_DOMAIN: Final = "demo.plenary.invalid"


@dataclass(frozen=True, kw_only=True)
class Client(ClientMixin):  # type: ignore[misc]
    """The forum, the only client there is."""

    client_id: str
    secret: str
    redirect_uri: str
    client_metadata: dict[str, Any]

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(word for word in scope.split() if word in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, self.secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in SECRET_METHODS

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True, kw_only=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    face: Face
    acr: str | None = None
    made_at: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.made_at)

    def get_acr(self) -> str | None:
        """The demo's people prove whatever is asked of them."""
        return self.acr

    def get_amr(self) -> None:
        return None


class Payload(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        self._values: dict[str, list[Any]] = defaultdict(list)
        for name, value in pairs:
            self._values[name].append(value)

    @property
    def data(self) -> dict[str, Any]:
        return {name: values[0] for name, values in self._values.items()}

    @property
    def datalist(self) -> dict[str, list[Any]]:
        return self._values


class Incoming(OAuth2Request):  # type: ignore[misc]
    """Authlib's view of a Starlette request whose form has been read."""

    def __init__(self, request: Request, form: Sequence[tuple[str, Any]] = ()) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        query = list(request.query_params.multi_items())
        self.payload = Payload([*query, *form])
        self._args, self._form = dict(query), dict(form)

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, Any]:
        return self._form


class Server(AuthorizationServer):  # type: ignore[misc]
    """What Authlib asks of a framework, and the codes under way."""

    def __init__(self, client: Client) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self.client = client
        self.codes: dict[str, Code] = {}
        self.key = RSAKey.generate_key(2048, {"alg": "RS256", "use": "sig"}, auto_kid=True)
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: generate_token(42)))
        self.register_grant(CodeGrant, [IdTokens(self.key), S256(required=True)])
        self.register_endpoint(EndSession)

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Access tokens open nothing here."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Response:
        if isinstance(body, dict):
            return JSONResponse(body, status, dict(headers))
        return Response(body, status, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        codes = self.server.codes
        while len(codes) >= CODES_KEPT:
            del codes[next(iter(codes))]
        said = request.payload.data
        codes[code] = Code(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=said.get("nonce"),
            code_challenge=said.get("code_challenge"),
            code_challenge_method=said.get("code_challenge_method"),
            face=request.user,
            acr=(said.get("acr_values") or "").partition(" ")[0] or None,
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.codes.get(code)
        return found if found and time.time() - found.made_at < CODE_SECONDS else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> Face:
        return authorization_code.face


class S256(CodeChallenge):  # type: ignore[misc]
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar = ["S256"]


class IdTokens(OpenIDCode):  # type: ignore[misc]
    def __init__(self, key: RSAKey) -> None:
        super().__init__(require_nonce=True)
        self._key = key

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return False

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self._key

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": DEMO_ISSUER, "aud": [client.client_id], "iat": now, "exp": now + ID_TOKEN_SECONDS}

    def generate_user_info(self, user: Face, scope: str) -> dict[str, Any]:
        return dict(
            UserInfo(
                sub=user.subject,
                name=user.name,
                preferred_username=user.username,
                email=user.email or f"{user.username}@{EMAIL_DOMAIN}",
                email_verified=True,
                sid=secrets.token_urlsafe(12),
            )
        )


class EndSession(EndSessionEndpoint):  # type: ignore[misc]
    def get_server_jwks(self) -> KeySet:
        return KeySet([self.server.key])

    def end_session(self, end_session_request: Any) -> None:
        """There is no session here to end; logout tokens start from this place when they arrive."""
