"""The platform's rosters (names and roles 2.0), and the tokens that open them."""
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.demo.courses import Course, Person, Role
from auth.demo.lti import Manner, asked_of
from auth.demo.tool import NotTheToolError, Tools

ROSTER_CLAIM: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
ROSTER_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ROSTER_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_SECONDS: Final = 3600
TOKENS_KEPT: Final = 5_000


class Rosters:
    def __init__(
        self,
        issuer: str,
        courses: Mapping[str, Course],
        people: Mapping[str, Person],
        tools: Tools,
        manner: Manner,
        page_size: int,
    ) -> None:
        self.token_url = issuer + "/lti/token"
        self._issuer, self._courses, self._people, self._tools = issuer, courses, people, tools
        self._manner, self._page_size = manner, page_size
        self._tokens: dict[str, float] = {}

    async def token(self, request: Request) -> Response:
        """Client credentials by a signed assertion (RFC 7523, 3; LTI security framework, 4.1)."""
        return await self._manner.answer("token", request, await self._token(await asked_of(request)))

    async def _token(self, asked: Mapping[str, str]) -> Response:
        if asked.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        assertion = asked.get("client_assertion", "")
        tool = self._tools.speaking(assertion)
        if asked.get("client_assertion_type") != ASSERTION or tool is None:
            return JSONResponse({"error": "invalid_client"}, 401)
        try:
            said = await self._tools.claims(tool, assertion, audience=self.token_url, once="jti")
        except NotTheToolError as error:
            return JSONResponse({"error": "invalid_client", "error_description": str(error)}, 401)
        if said.get("sub") != tool.client_id:
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked.get("scope", "").split() != [ROSTER_SCOPE]:
            return JSONResponse({"error": "invalid_scope"}, 400)
        token = secrets.token_urlsafe(32)
        while len(self._tokens) >= TOKENS_KEPT:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = time.monotonic() + TOKEN_SECONDS
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": ROSTER_SCOPE}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def url_of(self, course: Course) -> str:
        return f"{self._issuer}/lti/courses/{course.id}/members"

    async def members(self, request: Request) -> Response:
        """One page of a roster (names and roles 2.0, 2.3 and 2.4); the next one is named in `Link`."""
        return await self._manner.answer("members", request, self._members(request))

    def _members(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0.0) < time.monotonic():
            return JSONResponse({"error": "invalid_token"}, 401)
        course = self._courses.get(request.path_params["course"])
        start, limit = _number(request, "from", 0), _number(request, "limit", self._page_size)
        if course is None or start is None or not limit:
            return JSONResponse({"error": "not_found"}, 404)
        limit = min(limit, self._page_size)
        everybody = list(course.roster())
        url = self.url_of(course)
        said = {
            "id": url,
            "context": {"id": course.id, "label": course.code, "title": course.title},
            "members": [self._member(*one) for one in everybody[start : start + limit]],
        }
        more = start + limit < len(everybody)
        link = {"Link": f'<{url}?{urlencode({"from": start + limit, "limit": limit})}>; rel="next"'} if more else {}
        return JSONResponse(said, headers=link, media_type=ROSTER_TYPE)

    def _member(self, subject: str, role: Role) -> dict[str, Any]:
        person = self._people[subject]
        said = {"user_id": subject, "status": "Active", "name": person.name, "roles": role.in_roster}
        return {**said, "email": person.email} if person.email else said


def _number(request: Request, name: str, otherwise: int) -> int | None:
    given = request.query_params.get(name, str(otherwise))
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
