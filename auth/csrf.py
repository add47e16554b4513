"""No writing across sites, without tokens in forms.

Browsers say where a request comes from: `Sec-Fetch-Site` must be `same-origin` (or `none`: a person typed
it); `same-site` is refused, a neighbouring host is not us. Where it is absent (older browsers, plain http),
`Origin` must equal the origin in the settings, never the Host header. Both absent is no browser, and allowed
only without a session cookie. Bearer requests carry a credential that no other site can attach. GET never
writes.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from auth.middleware import SAFE, bearer_of
from auth.problem import problem
from auth.sessions.cookies import Cookie

Refuse = Callable[[Scope, str], ASGIApp]
JSON_UNDER: Final = "/api/"


def origin_of(base_url: str) -> str:
    """Scheme, host and port as browsers write them in `Origin`: default ports left out."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


class SameOriginWrites:
    """``exempt``: exact paths that others post to (back-channel logout, LTI's login and launch).

    ``refuse`` makes the answer for pages; without it, and under /api/ always, it is a problem.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        base_url: str,
        cookie: Cookie,
        exempt: frozenset[str] = frozenset(),
        refuse: Refuse | None = None,
    ) -> None:
        self.app, self._cookie, self._exempt, self._refuse = app, cookie, exempt, refuse
        self._origin = origin_of(base_url).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or self._passes(scope):
            await self.app(scope, receive, send)
            return
        in_api = scope["path"].startswith(JSON_UNDER)
        if not self._is_ours(scope):
            page = self._refuse if not in_api else None
            answer = page(scope, "cross_site_request") if page else problem(403, "cross_site_request")
            await answer(scope, receive, send)
        elif in_api and _has_body(scope) and not _is_json(_header(scope, b"content-type") or b""):
            await problem(415, "unsupported_media_type")(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _passes(self, scope: Scope) -> bool:
        return scope["path"] in self._exempt or bearer_of(scope) is not None

    def _is_ours(self, scope: Scope) -> bool:
        site = _header(scope, b"sec-fetch-site")
        if site is not None:
            return site in (b"same-origin", b"none")
        origin = _header(scope, b"origin")
        if origin is not None:
            return origin == self._origin
        return not self._cookie.is_sent(scope["headers"])


def _header(scope: Scope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


def _has_body(scope: Scope) -> bool:
    length = _header(scope, b"content-length")
    return (length is not None and length != b"0") or _header(scope, b"transfer-encoding") is not None


def _is_json(content_type: bytes) -> bool:
    kind = content_type.partition(b";")[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))
