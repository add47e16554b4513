"""Who is asking: puts `actor` and `session` into the request's state, with one statement a request."""

from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from auth.actor import VISITOR, Actor
from auth.actor import Scope as TokenScope
from auth.directory import Directory, Loaded
from auth.problem import problem
from auth.sessions import commands as sessions
from auth.sessions.cookies import EMBEDDED_UNDER, Cookie, digest
from auth.tokens import commands as tokens
from auth.tokens.shape import is_token

# Paths that ask for nobody: they must answer when the database does not; the bearers of the metrics and of
# provisioning are none of ours.
SKIPPED: Final = frozenset({"/livez", "/readyz", "/metrics"})
SKIPPED_UNDER: Final = ("/static/", "/scim/")
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# What answers a request that an administrator may not make while they see the site as somebody else; None: they may.
Bar = Callable[[Scope, Actor], ASGIApp | None]


def bar_writes(scope: Scope, _viewer: Actor) -> ASGIApp | None:
    return None if scope["method"] in SAFE else problem(403, "viewing_only")


class Identify:
    """Bearer wins over cookie; a bad bearer is 401, a bad cookie is a visitor.

    ``embedded`` is the cookie of a frame's session: below its path it is the only one that counts, and nowhere else.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        directory: Directory,
        cookie: Cookie,
        embedded: Cookie | None = None,
        bar: Bar = bar_writes,
    ) -> None:
        self.app, self._directory, self._bar = app, directory, bar
        self._cookie, self._embedded = cookie, embedded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        path = scope["path"]
        if path in SKIPPED or path.startswith(SKIPPED_UNDER):
            state["actor"], state["session"] = VISITOR, None
            await self.app(scope, receive, send)
            return
        bearer = bearer_of(scope)
        loaded = await self._load(scope, bearer)
        if loaded is None:
            await problem(401, "invalid_token")(scope, receive, send)
            return
        if bearer is not None and _needed(scope["method"]) not in loaded.actor.scopes:
            await problem(403, "insufficient_scope")(scope, receive, send)
            return
        await _mark(loaded)
        state["actor"], state["session"] = loaded.actor, loaded.session
        barred = self._bar(scope, loaded.actor) if loaded.actor.viewer_id is not None else None
        await (barred or self.app)(scope, receive, send)

    async def _load(self, scope: Scope, bearer: bytes | None) -> Loaded | None:
        """None for a bearer that is not good."""
        if bearer is not None:
            if not is_token(bearer):
                return None
            loaded = await self._directory.actor_for(session_hash=None, token_hash=digest(bearer))
            return loaded if loaded.token is not None else None
        framed = self._embedded if scope["path"].startswith(EMBEDDED_UNDER) else None
        token = (framed or self._cookie).read(scope["headers"])
        return await self._directory.actor_for(
            session_hash=digest(token) if token else None, token_hash=None, embedded=framed is not None
        )


def bearer_of(scope: Scope) -> bytes | None:
    """The bearer credential as it was sent; other schemes (a proxy's Basic) are none of ours."""
    for key, value in scope["headers"]:
        if key == b"authorization" and value[:7].lower() == b"bearer ":
            return bytes(value[7:].strip())
    return None


def _needed(method: str) -> TokenScope:
    return TokenScope.READ if method in SAFE else TokenScope.POST


async def _mark(loaded: Loaded) -> None:
    if loaded.session is not None and loaded.session.stale:
        await sessions.seen(loaded.session.id)
    elif loaded.token is not None and loaded.token.stale:
        await tokens.used(loaded.token.id)
