"""What every answer forbids the browser (S-24), and the number by which a request is found in the log."""

import re
import secrets
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.framing import Framing, framing_of
from config.logging import request_id

_GIVEN: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
# Our own two files are all that a page loads; nothing inline, but on a page that asks for it in its framing.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; frame-ancestors {ancestors}; form-action {forms}"
)
# A page for a platform's frame or window: what would keep it from either is left out.
_UNFRAMED: Final = frozenset({b"x-frame-options", b"cross-origin-opener-policy"})
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
)
_STRICT: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class SecurityHeaders:
    """``form_targets``: origins of the identity providers, for a form that is sent on there by a redirect.

    It is asked for each answer, because discovery may say more after the start.
    """

    def __init__(self, app: ASGIApp, *, secure: bool, form_targets: Callable[[], frozenset[str]]) -> None:
        self.app, self._form_targets = app, form_targets
        self._base = [*_ALWAYS, *([_STRICT] if secure else [])]
        self._targets: frozenset[str] | None = None
        self._headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                framing = framing_of(scope)
                headers = self._framed(framing) if framing else self._current()
                added = [pair for pair in headers if pair[0] not in present]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)

    def _current(self) -> list[tuple[bytes, bytes]]:
        targets = self._form_targets()
        if targets != self._targets:
            self._targets, self._headers = targets, [*self._base, _policy(Framing(forms=targets))]
        return self._headers

    def _framed(self, framing: Framing) -> list[tuple[bytes, bytes]]:
        return [*(pair for pair in self._base if pair[0] not in _UNFRAMED), _policy(framing)]


def _policy(framing: Framing) -> tuple[bytes, bytes]:
    text = _POLICY.format(
        nonce=f" 'nonce-{framing.nonce}'" if framing.nonce else "",
        ancestors=" ".join(sorted(framing.ancestors)) or "'none'",
        forms=" ".join(["'self'", *sorted(framing.forms)]),
    )
    return b"content-security-policy", text.encode()


class RequestId:
    """A number for each request: in the log, in `X-Request-ID`, on the page of a failure.

    The proxy's number is kept where ``trusted`` says that there is one in front of us.
    """

    def __init__(self, app: ASGIApp, *, trusted: bool = False) -> None:
        self.app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = self._given(scope) or secrets.token_hex(8)

        async def with_number(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        token = request_id.set(number)
        try:
            await self.app(scope, receive, with_number)
        finally:
            request_id.reset(token)

    def _given(self, scope: Scope) -> str | None:
        if not self._trusted:
            return None
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _GIVEN.fullmatch(value):
                return str(value.decode())
        return None


class OneHost:
    """Sends browsers that came by another name of this machine to the one that the cookies belong to.

    For the demo, which people open as localhost as often as 127.0.0.1; programs are left alone.
    """

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self.app, self._base = app, base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and self._is_elsewhere(scope["headers"]):
            query = "?" + scope["query_string"].decode("latin-1") if scope["query_string"] else ""
            await RedirectResponse(self._base + quote(scope["path"]) + query, 307)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_elsewhere(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        known = dict(headers)
        return known.get(b"host", self._host) != self._host and b"text/html" in known.get(b"accept", b"")
