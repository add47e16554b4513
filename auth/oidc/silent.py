"""Asking in silence: whoever is signed in at the provider already is signed in here as well, without a page.

Anonymous readers get neither a cookie nor a session; the one exception is this question, and only a person's browser
is asked: a whole page by GET (`Sec-Fetch-Mode: navigate`, `Sec-Fetch-Dest: document`, which crawlers do not send), at
most once in half an hour, and only while the provider is known to answer. Core 3.1.2.1: `prompt=none`.
"""

import logging
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.oidc.door import Errand
from auth.oidc.providers import Provider
from auth.oidc.routes import OidcDoor
from auth.oidc.target import safe_target
from auth.proof import Wish
from auth.sessions.cookies import Cookie

log = logging.getLogger(__name__)

# The doors themselves and what is no page; whoever has just signed out stays out.
NEVER_UNDER: Final = frozenset(
    {
        *("sign-in", "sign-out", "signed-out", "auth", "embed", "lti", "_demo"),
        *("api", "scim", "live", "static", "feeds", "livez", "readyz", "metrics"),
    }
)
ASKED: Final = "1"


class AskInSilence:
    """Stands behind `Identify`; ``cookie`` marks a browser that was asked."""

    def __init__(self, app: ASGIApp, *, door: OidcDoor, provider: Provider, cookie: Cookie) -> None:
        self.app, self._door, self._provider, self._cookie = app, door, provider, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._may_ask(scope):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        if not self._door.may_send(request):
            await self.app(scope, receive, send)
            return
        target = request.url.path + ("?" + request.url.query if request.url.query else "")
        try:
            errand = Errand(target=safe_target(target), wish=Wish.SILENT)
            response = await self._door.send(request, self._provider, errand)
        except Exception:
            # Nobody asked for this, so it must not cost anybody the page.
            log.warning("nobody could be asked in silence", exc_info=True)
            await self.app(scope, receive, send)
            return
        self._cookie.set(response, ASKED)
        await response(scope, receive, send)

    def _may_ask(self, scope: Scope) -> bool:
        if scope["method"] != "GET" or not scope["state"]["actor"].is_anonymous:
            return False
        said = {key: value for key, value in scope["headers"] if key.startswith(b"sec-")}
        return (
            said.get(b"sec-fetch-mode") == b"navigate"
            and said.get(b"sec-fetch-dest") == b"document"
            and b"sec-purpose" not in said
            and scope["path"].split("/", 2)[1] not in NEVER_UNDER
            and not self._cookie.is_sent(scope["headers"])
            and self._provider.client.is_ready
        )
