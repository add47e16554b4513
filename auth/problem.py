"""Refusals of the middlewares as problem details (RFC 9457)."""

import json
from typing import Final

from starlette.responses import Response

TITLES: Final = {
    "invalid_token": "This token is unknown, has expired or has been ended.",
    "insufficient_scope": "This token may not be used for that.",
    "viewing_only": "You see the site as somebody else does: nothing can be changed.",
    "cross_site_request": "This request came from another site, so nothing was changed.",
    "unsupported_media_type": "Please send application/json.",
}


def problem(status: int, code: str) -> Response:
    body = {"title": TITLES[code], "status": status, "code": code, "type": "about:blank"}
    headers = {"Cache-Control": "no-store"}
    if code in ("invalid_token", "insufficient_scope"):
        headers["WWW-Authenticate"] = f'Bearer realm="plenary", error="{code}"'
    return Response(json.dumps(body), status, headers, "application/problem+json")
