"""Refusals as problem details (RFC 9457)."""
from typing import Any

import msgspec
from starlette.responses import Response

from forum.kit.errors import Invalid, Refusal
from forum.web.messages import explain, explain_field

MEDIA_TYPE = "application/problem+json"


class FieldProblem(msgspec.Struct, frozen=True):
    field: str
    code: str
    message: str


class Problem(msgspec.Struct, frozen=True):
    """``code`` is stable; ``title`` is for people; ``errors`` name the fields."""

    title: str
    status: int
    code: str
    type: str = "about:blank"
    errors: list[FieldProblem] | msgspec.UnsetType = msgspec.UNSET
    details: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def problem(refusal: Refusal) -> Response:
    errors = [
        FieldProblem(field=field, code=code, message=explain_field(code))
        for field, code in (refusal.errors.items() if isinstance(refusal, Invalid) else ())
    ]
    body = Problem(
        title=explain(refusal.code),
        status=refusal.status,
        code=refusal.code,
        errors=errors or msgspec.UNSET,
        details=refusal.details or msgspec.UNSET,
    )
    headers = {"Cache-Control": "no-store"}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="plenary"'
    if refusal.status in (429, 503):
        headers["Retry-After"] = str(refusal.details.get("retry_after", 2))
    return Response(msgspec.json.encode(body), refusal.status, headers, MEDIA_TYPE)
