"""A small real LTI 1.3 platform: launches, deep linking, rosters and dynamic registration, for one tool at one address.

Browsers meet ``authorize`` and ``take_links`` below ``public``; servers meet the rest below ``issuer`` + ``/lti``. It
checks what a good platform checks, and says what went wrong; ``Manner`` lets tests make it lie, break and dawdle.
"""
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from auth.demo.courses import Course, Link, Person, Role
from auth.demo.form_post import form_post
from auth.demo.lti import COURSE_TYPE, DEEP_LINK, DEEP_LINKING, LTI, RESOURCE_LINK, Manner, asked_of
from auth.demo.rosters import ROSTER_CLAIM, ROSTER_SCOPE, Rosters
from auth.demo.tool import NotTheToolError, Tool, Tools, is_below, now, registered

LAUNCH_SECONDS: Final = 300
MESSAGE_SECONDS: Final = 600
KEPT: Final = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A launch that was begun here; its ``lti_message_hint`` is its name, good for ten minutes."""

    kind: str
    course: Course
    subject: str
    link: Link | None = None
    frame: bool = False
    hint: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    at: float = field(default_factory=time.monotonic)


class Platform:
    """``tool`` is the origin of the one tool that may be registered; ``client`` reaches its keys."""

    def __init__(
        self,
        courses: Iterable[Course],
        people: Iterable[Person],
        *,
        issuer: str,
        public: str,
        tool: str,
        client: httpx2.AsyncClient,
        manner: Manner | None = None,
        page_size: int = 50,
        key: RSAKey | None = None,
    ) -> None:
        self.courses = {course.id: course for course in courses}
        self.people = {person.subject: person for person in people}
        self.issuer, self.public, self.tool_origin = issuer, public, tool
        self.tools, self.manner = Tools(client), manner or Manner()
        self.rosters = Rosters(issuer, self.courses, self.people, self.tools, self.manner, page_size)
        self.key = key or RSAKey.generate_key(2048, {"alg": "RS256", "use": "sig"}, auto_kid=True)
        self.keys_url = issuer + "/lti/keys"
        self._messages: dict[str, Message] = {}
        self._tickets: set[str] = set()

    # --- registration

    def register(self, said: Mapping[str, Any], *, client_id: str | None = None, deployment_id: str = "1") -> Tool:
        """Take a tool in by its registration document; ValueError says what is wrong with it."""
        tool = registered(
            said,
            origin=self.tool_origin,
            client_id=client_id or "tool-" + secrets.token_hex(6),
            deployment_id=deployment_id,
        )
        self.tools.add(tool)
        return tool

    def invite(self) -> dict[str, str]:
        """What an administrator's registration address is called with: the configuration, and a ticket for one tool."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return {"openid_configuration": self.issuer + "/lti/openid-configuration", "registration_token": ticket}

    async def configuration(self, request: Request) -> Response:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": self.public + "/authorize",
            "token_endpoint": self.rosters.token_url,
            "jwks_uri": self.keys_url,
            "registration_endpoint": self.issuer + "/lti/registration",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", ROSTER_SCOPE],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "claims_supported": ["iss", "aud", "sub", "name", "email"],
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {
                "product_family_code": "plenary-demo",
                "version": "1",
                "messages_supported": [{"type": RESOURCE_LINK}, {"type": DEEP_LINK}],
            },
        }
        return await self.manner.answer("configuration", request, JSONResponse(said))

    async def registration(self, request: Request) -> Response:
        """LTI Dynamic Registration 1.0, 3.6: once for each ticket."""
        ticket = request.headers.get("authorization", "").removeprefix("Bearer ")
        if ticket not in self._tickets:
            return JSONResponse({"error": "invalid_token"}, 401)
        try:
            said = await request.json()
            tool = self.register(said if isinstance(said, dict) else {})
        except ValueError as error:
            return JSONResponse({"error": "invalid_client_metadata", "error_description": str(error)}, 400)
        self._tickets.discard(ticket)
        own = "https://purl.imsglobal.org/spec/lti-tool-configuration"
        answer = {**said, "client_id": tool.client_id, own: {**said[own], "deployment_id": tool.deployment_id}}
        return await self.manner.answer("registration", request, JSONResponse(answer))

    # --- launches

    def launch(self, tool: Tool, message: Message) -> str:
        """Where the browser begins: the tool's login (LTI 1.3, 5.1.1; OpenID Connect, third-party initiated)."""
        while len(self._messages) >= KEPT:
            del self._messages[next(iter(self._messages))]
        self._messages[message.hint] = message
        query = {
            "iss": self.issuer,
            "client_id": tool.client_id,
            "lti_deployment_id": tool.deployment_id,
            "login_hint": message.subject,
            "lti_message_hint": message.hint,
            "target_link_uri": self._target(tool, message),
        }
        return f"{tool.login_url}?{urlencode(query)}"

    async def authorize(self, request: Request) -> Response:
        """The authorization endpoint, by GET or POST: answers by a form that the browser posts to the tool.

        Where the tool or its address is not known, nobody is sent anywhere (LTI 1.3 security framework, 5.1.1.2).
        """
        asked = await asked_of(request)
        tool = self.tools.named(asked.get("client_id"))
        if tool is None or asked.get("redirect_uri") not in tool.redirect_uris:
            return PlainTextResponse("This tool, or the address it wants its answer at, is not registered here.", 400)
        message = self._messages.get(asked.get("lti_message_hint", ""))
        error = self._refusal(asked, message)
        if error or message is None:
            fields = {"error": error or "invalid_request"}
        else:
            claims = self.manner.claims(self.claims_of(tool, message, asked["nonce"]))
            fields = {"id_token": self.manner.sign(claims, self.key)}
        if "state" in asked:
            fields["state"] = asked["state"]
        return form_post(asked["redirect_uri"], fields, framed_by=self.public)

    def _refusal(self, asked: Mapping[str, str], message: Message | None) -> str | None:
        if asked.get("response_type") != "id_token":
            return "unsupported_response_type"
        if asked.get("scope") != "openid":
            return "invalid_scope"
        if asked.get("response_mode") != "form_post" or not asked.get("nonce") or asked.get("prompt") != "none":
            return "invalid_request"
        if message is None or time.monotonic() - message.at > MESSAGE_SECONDS:
            return "invalid_request"
        if asked.get("login_hint") != message.subject:
            return "login_required"
        return None if message.course.role_of(message.subject) else "access_denied"

    def claims_of(self, tool: Tool, message: Message, nonce: str) -> dict[str, Any]:
        """The ID token of a launch (LTI 1.3, 5.3 and 5.4; deep linking 2.0, 3.4)."""
        course, person, at = message.course, self.people[message.subject], now()
        role = course.role_of(message.subject) or Role.LEARNER
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": tool.client_id,
            "azp": tool.client_id,
            "sub": person.subject,
            "iat": at,
            "exp": at + LAUNCH_SECONDS,
            "nonce": nonce,
            "name": person.name,
            **({"email": person.email} if person.email else {}),
            LTI + "message_type": message.kind,
            LTI + "version": "1.3.0",
            LTI + "deployment_id": tool.deployment_id,
            LTI + "target_link_uri": self._target(tool, message),
            LTI + "roles": role.at_launch,
            LTI + "context": {"id": course.id, "label": course.code, "title": course.title, "type": [COURSE_TYPE]},
            LTI + "tool_platform": {"guid": "plenary-demo", "name": "Demo courses"},
            LTI + "launch_presentation": {
                "document_target": "iframe" if message.frame else "window",
                "return_url": f"{self.public}/{course.id}",
            },
            ROSTER_CLAIM: {"context_memberships_url": self.rosters.url_of(course), "service_versions": ["2.0"]},
        }
        if message.link is not None:
            claims[LTI + "resource_link"] = {"id": message.link.id, "title": message.link.title}
            claims[LTI + "custom"] = dict(message.link.custom)
        if message.kind == DEEP_LINK:
            claims[DEEP_LINKING + "deep_linking_settings"] = {
                "deep_link_return_url": self.public + "/links",
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["window", "iframe"],
                "accept_multiple": False,
                "data": message.hint,
            }
        return claims

    def _target(self, tool: Tool, message: Message) -> str:
        return message.link.url if message.link else tool.target_url

    # --- deep linking

    async def take_links(self, request: Request) -> Response:
        """The tool's answer (deep linking 2.0, 3.5): verified, kept in its course, and back to the course."""
        async with request.form(max_files=0, max_fields=5) as form:
            token = form.get("JWT")
        tool = self.tools.speaking(token)
        if tool is None:
            return PlainTextResponse("This answer comes from no tool that is registered here.", 400)
        try:
            said = await self.tools.claims(tool, str(token), audience=self.issuer, once="nonce")
            course = self._asked_for(tool, said)
        except NotTheToolError as error:
            return PlainTextResponse(f"This answer cannot be trusted: {error}", 400)
        items = said.get(DEEP_LINKING + "content_items", [])
        course.links += [link for link in map(self._link, items if isinstance(items, list) else []) if link]
        return RedirectResponse(f"{self.public}/{course.id}", 303)

    def _asked_for(self, tool: Tool, said: Mapping[str, Any]) -> Course:
        message = self._messages.pop(str(said.get(DEEP_LINKING + "data")), None)
        if message is None or message.kind != DEEP_LINK:
            raise NotTheToolError("nobody asked for it")
        expected = {"deployment_id": tool.deployment_id, "version": "1.3.0", "message_type": "LtiDeepLinkingResponse"}
        for name, value in expected.items():
            if said.get(LTI + name) != value:
                raise NotTheToolError(f"its {name} is not {value}")
        return message.course

    def _link(self, item: object) -> Link | None:
        if not isinstance(item, dict) or item.get("type") != "ltiResourceLink":
            return None
        url, custom = item.get("url"), item.get("custom")
        if not isinstance(url, str) or not is_below(url, self.tool_origin):
            return None
        named = {str(name): str(value) for name, value in custom.items()} if isinstance(custom, dict) else {}
        return Link(title=str(item.get("title") or "Discussion")[:200], url=url, custom=named)

    async def keys(self, request: Request) -> Response:
        said = JSONResponse({"keys": [self.key.as_dict(private=False)]})
        return await self.manner.answer("keys", request, said)

    # --- where it all is

    def for_servers(self) -> list[Route]:
        """Below the issuer's host."""
        return [
            Route("/lti/openid-configuration", self.configuration),
            Route("/lti/registration", self.registration, methods=["POST"]),
            Route("/lti/keys", self.keys),
            Route("/lti/token", self.rosters.token, methods=["POST"]),
            Route("/lti/courses/{course}/members", self.rosters.members),
        ]

    def for_browsers(self, path: str) -> list[Route]:
        """Below ``path``, which is where ``public`` leads to."""
        return [
            Route(path + "/authorize", self.authorize, methods=["GET", "POST"]),
            Route(path + "/links", self.take_links, methods=["POST"]),
        ]
