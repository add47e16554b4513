"""A course platform on a site of its own, that tests may make lie, and a browser that goes to and fro."""
import re
import time
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.demo.courses import Course, Link, Person, Role
from auth.demo.lti import DEEP_LINK, RESOURCE_LINK, Manner
from auth.demo.platform import Message, Platform
from forum.app import Site
from forum.kit.transaction import connection
from tests.auth.campus import PLATFORM_KEY
from tests.support.clients import BASE

LMS: Final = "https://lms.example.test"
COURSES: Final = LMS + "/courses"
NAVIGATING: Final = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", "Origin": LMS}
FRAMED: Final = NAVIGATING | {"Sec-Fetch-Dest": "iframe"}
ADD = """
    INSERT INTO lti_platforms (name, issuer, client_id, authorization_url, token_url, jwks_url, enabled)
    VALUES ('The LMS', $1, $2, $3, $4, $5, true) RETURNING id
"""
# A platform that an administrator could add by hand.
CAMPUS = {
    "name": "A campus",
    "issuer": "https://campus.example.test",
    "client_id": "forum",
    "authorization_url": "https://campus.example.test/auth",
    "token_url": "https://campus.example.test/token",
    "jwks_url": "https://campus.example.test/keys",
}


class Liar(Manner):
    """``change`` what a launch says, ``signer`` how it is signed, ``spoil`` an answer by its name."""

    def __init__(self) -> None:
        self.change: dict[str, Any] = {}
        self.signer: Callable[[dict[str, Any], RSAKey], str] | None = None
        self.spoil: dict[str, Callable[[Request, Response], Response]] = {}
        self.asked: list[str] = []

    def claims(self, claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**claims, **self.change}.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], key: RSAKey) -> str:
        return self.signer(dict(claims), key) if self.signer else super().sign(claims, key)

    async def answer(self, to: str, request: Request, response: Response) -> Response:
        self.asked.append(to)
        return self.spoil[to](request, response) if to in self.spoil else response


class Lms:
    """``site`` is set once there is one; ``id`` is the platform's number there."""

    site: Site
    id: int

    def __init__(self, people: int = 6, *, page_size: int = 3) -> None:
        self.liar = Liar()
        named = [("teacher", "Tess Teacher"), ("assistant", "Asha Assistant"), ("other-teacher", "Otto Teacher")]
        everybody = [*named, *((f"s-{n}", f"Student {n}") for n in range(people))]
        roles = {f"s-{n}": Role.LEARNER for n in range(people)}
        self.course = Course(
            id="ixp",
            code="IXP-26",
            title="Exchange points",
            about="Of switches.",
            roles={"teacher": Role.TEACHER, "assistant": Role.ASSISTANT, "other-teacher": Role.TEACHER, **roles},
            links=[Link(id="l1", title="The discussion", url=BASE + "/lti/launch")],
        )
        self.platform = Platform(
            [self.course],
            [
                Person(subject=subject, username=subject, name=name, email=f"{subject}@example.test")
                for subject, name in everybody
            ],
            issuer=LMS,
            public=COURSES,
            tool=BASE,
            client=httpx2.AsyncClient(transport=_Later(self)),
            manner=self.liar,
            page_size=page_size,
            key=PLATFORM_KEY,
        )
        self.app = Starlette(routes=[*self.platform.for_servers(), *self.platform.for_browsers("/courses")])

    async def introduce(self) -> None:
        """Each knows the other, and an administrator has enabled the platform."""
        self.tool = self.platform.register(REGISTRATION, client_id="forum")
        async with connection() as raw:
            platform = self.platform
            self.id = await raw.fetchval(
                ADD, LMS, "forum", COURSES + "/authorize", platform.rosters.token_url, platform.keys_url
            )
            await raw.execute(
                "INSERT INTO lti_deployments (platform_id, deployment_id) VALUES ($1, '1')", self.id
            )

    def browser(self, **headers: str) -> httpx2.AsyncClient:
        """One that can reach both sites, with one jar of cookies."""
        here = httpx2.ASGITransport(app=self.site.app, client=("127.0.0.1", 4000))
        there = httpx2.ASGITransport(app=self.app, client=("127.0.0.1", 4001))
        return httpx2.AsyncClient(mounts={BASE: here, LMS: there}, base_url=BASE, headers=headers or NAVIGATING)

    def address(self, subject: str = "s-0", *, kind: str = RESOURCE_LINK, link: Link | None = None) -> str:
        """Where the platform sends the browser first."""
        chosen = None if kind == DEEP_LINK else link or self.course.links[0]
        return self.platform.launch(self.tool, Message(kind=kind, course=self.course, subject=subject, link=chosen))

    async def posted(self, browser: httpx2.AsyncClient, subject: str = "s-0", **launch: Any) -> dict[str, str]:
        """What the platform has the browser post to us."""
        begun = await browser.get(self.address(subject, **launch))
        assert begun.status_code == 302, begun.text
        sent = await browser.get(begun.headers["location"])
        action, fields = form_of(sent.text)
        assert action == BASE + "/lti/launch", sent.text
        return fields

    async def launch(self, browser: httpx2.AsyncClient, subject: str = "s-0", **launch: Any) -> httpx2.Response:
        return await browser.post("/lti/launch", data=await self.posted(browser, subject, **launch))


class _Later(httpx2.AsyncBaseTransport):
    """The way to a site that is made after the platform."""

    def __init__(self, lms: Lms) -> None:
        self._lms = lms

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await httpx2.ASGITransport(app=self._lms.site.app).handle_async_request(request)


REGISTRATION: Final = {
    "token_endpoint_auth_method": "private_key_jwt",
    "initiate_login_uri": BASE + "/lti/login",
    "redirect_uris": [BASE + "/lti/launch"],
    "jwks_uri": BASE + "/lti/jwks",
    "https://purl.imsglobal.org/spec/lti-tool-configuration": {"target_link_uri": BASE + "/lti/launch"},
}


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a page leads, and its hidden fields."""
    action = re.search(r'action="([^"]+)"', page)
    assert action is not None, page
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return unescape(action[1]), {unescape(name): unescape(value) for name, value in fields}


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def signed_by(key: RSAKey, **header: Any) -> Callable[[dict[str, Any], RSAKey], str]:
    return lambda claims, _: jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


def broken(status: int = 500) -> Callable[[Request, Response], Response]:
    return lambda _request, _response: JSONResponse({"error": "broken"}, status)


async def one(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


def now() -> int:
    return int(time.time())
