"""The words of LTI 1.3, what every endpoint of the platform reads by, and the manner in which it answers."""
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import Response

LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
COURSE_TYPE: Final = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"
RESOURCE_LINK: Final = "LtiResourceLinkRequest"
DEEP_LINK: Final = "LtiDeepLinkingRequest"


class Manner:
    """How the platform behaves: well. Tests hand it one that does not."""

    def claims(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The claims of a launch, before they are signed."""
        return claims

    def sign(self, claims: Mapping[str, Any], key: RSAKey) -> str:
        return str(jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, dict(claims), key))

    async def answer(self, to: str, request: Request, response: Response) -> Response:
        """What is sent: ``to`` is `configuration`, `registration`, `keys`, `token` or `members`."""
        return response


async def asked_of(request: Request) -> dict[str, str]:
    """The parameters of the query, and of the form over them."""
    asked = dict(request.query_params)
    if request.method == "POST":
        async with request.form(max_files=0, max_fields=30) as form:
            asked |= {name: value for name, value in form.items() if isinstance(value, str)}
    return asked
