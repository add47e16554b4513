"""The demo's course platform on a table: three people, two courses, and a tool that only knows how to sign.

``campus(tool)`` is shared by the tests of the platform itself and of our side of LTI: give it a `Manner` that lies.
"""
import re
import time
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.demo.courses import Course, Link, Person, Role
from auth.demo.lti import DEEP_LINKING, LTI, Manner
from auth.demo.platform import Platform
from auth.demo.rosters import ASSERTION, ROSTER_SCOPE
from auth.demo.tool import Tool
from auth.oidc.reserved import DEMO_ISSUER

TOOL: Final = "http://127.0.0.1:8000"
PUBLIC: Final = TOOL + "/_demo/courses"
PEOPLE: Final = (
    Person(subject="facilitator", username="fay", name="Fay Okafor"),
    Person(subject="alumna", username="amina", name="Amina Diallo", email="amina@example.test"),
    Person(subject="tess", username="tess", name="Tess Assistant"),
    *(Person(subject=f"s-{n}", username=f"s{n}", name=f"Student {n}") for n in range(5)),
)
REGISTRATION: Final = {
    "application_type": "web",
    "client_name": "A forum",
    "response_types": ["id_token"],
    "grant_types": ["implicit", "client_credentials"],
    "token_endpoint_auth_method": "private_key_jwt",
    "initiate_login_uri": TOOL + "/lti/login",
    "redirect_uris": [TOOL + "/lti/launch"],
    "jwks_uri": TOOL + "/lti/jwks",
    "scope": ROSTER_SCOPE,
    "https://purl.imsglobal.org/spec/lti-tool-configuration": {
        "domain": urlsplit(TOOL).netloc,
        "target_link_uri": TOOL + "/lti/launch",
        "messages": [{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest"}],
    },
}


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


# Made once: keys take longer than anything else here.
TOOL_KEY, PLATFORM_KEY = new_key(), new_key()


def courses() -> tuple[Course, ...]:
    learners = {f"s-{n}": Role.LEARNER for n in range(5)}
    roles = {"facilitator": Role.TEACHER, "alumna": Role.LEARNER, "tess": Role.ASSISTANT, **learners}
    link = Link(id="l1", title="The discussion", url=TOOL + "/lti/launch")
    return (
        Course(id="ixp", code="IXP-26", title="Exchanges", about="Of switches.", roles=roles, links=[link]),
        Course(id="law", code="LAW-26", title="Data law", about="Of files.", roles={"facilitator": Role.LEARNER}),
    )


def campus(
    client: httpx2.AsyncClient,
    *,
    manner: Manner | None = None,
    page_size: int = 3,
    people: tuple[Person, ...] = PEOPLE,
    offer: tuple[Course, ...] | None = None,
) -> Platform:
    """``client`` must reach the tool's keys."""
    return Platform(
        offer or courses(),
        people,
        issuer=DEMO_ISSUER,
        public=PUBLIC,
        tool=TOOL,
        client=client,
        manner=manner,
        page_size=page_size,
        key=PLATFORM_KEY,
    )


class TinyTool:
    """Keys, and what a tool signs with them."""

    def __init__(self, key: RSAKey | None = None) -> None:
        self.key = key or TOOL_KEY
        self.asked = 0
        self.app = Starlette(routes=[Route("/lti/jwks", self._keys)])
        self.tool: Tool | None = None

    async def _keys(self, request: Request) -> Response:
        self.asked += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def sign(self, claims: dict[str, Any], **header: str) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, self.key)

    def assertion(self, **changed: Any) -> dict[str, str]:
        """The form for the token endpoint."""
        assert self.tool is not None
        now = int(time.time())
        claims = {
            "iss": self.tool.client_id,
            "sub": self.tool.client_id,
            "aud": DEMO_ISSUER + "/lti/token",
            "iat": now,
            "exp": now + 60,
            "jti": f"j-{now}-{id(changed)}",
            **changed,
        }
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self.sign({k: v for k, v in claims.items() if v is not None}),
            "scope": ROSTER_SCOPE,
        }

    def links(self, data: str, *items: dict[str, Any], **changed: Any) -> str:
        """The JWT that answers a deep linking request."""
        assert self.tool is not None
        now = int(time.time())
        claims = {
            "iss": self.tool.client_id,
            "aud": [DEMO_ISSUER],
            "iat": now,
            "exp": now + 60,
            "nonce": f"n-{now}-{id(items)}",
            LTI + "deployment_id": self.tool.deployment_id,
            LTI + "message_type": "LtiDeepLinkingResponse",
            LTI + "version": "1.3.0",
            DEEP_LINKING + "data": data,
            DEEP_LINKING + "content_items": list(items),
            **changed,
        }
        return self.sign({k: v for k, v in claims.items() if v is not None})


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def posted_on(page: str) -> tuple[str, dict[str, str]]:
    """Where a form-post page leads, and with what."""
    action = re.search(r'action="([^"]+)"', page)
    assert action is not None
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return unescape(action[1]), {unescape(name): unescape(value) for name, value in fields}
