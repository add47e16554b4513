"""``GET /live``: server-sent events for one reader, as plain ASGI. How it is wired: ``forum/live/hub.py``."""

from typing import Final

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from auth.actor import Actor
from auth.actor import Scope as TokenScope
from auth.middleware import bearer_of
from auth.sessions.cookies import cookies_for, digest
from forum.api.parsing import parse_query
from forum.api.problem import problem
from forum.kit.errors import Invalid, NotAllowed, Refusal
from forum.live.follower import NOBODY, Credential, Follower
from forum.live.hub import Hub
from forum.live.schemas import HELLO, LiveWanted, place
from forum.outbox.stream import Cursor
from forum.threads.queries import thread_door

PATH: Final = "/live"
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
# A site has one of the two, by its address.
SESSION_COOKIES: Final = tuple(
    cookies_for(address, session_days=1, sign_in_seconds=60).session
    for address in ("https://plenary.invalid", "http://localhost")
)
# A replay goes out in pieces no larger than what a server's buffer takes at once.
PIECE: Final = 100


class LiveStream:
    """Refuses before the stream begins, replays what was missed, then waits for the reader to go.

    Nothing is awaited here but the reader: the hub sends. ``action`` is the row of the permission table.
    """

    action: Final = "search_and_live"
    query: Final = LiveWanted
    scope: Final = TokenScope.READ

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = Request(scope)
            since = _since(request)
            follower = await self._join(request, send, since)
        except Refusal as refusal:
            await problem(refusal)(scope, receive, send)
            return
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            if scope["method"] == "HEAD":
                await _send(send, b"", more=False)
                return
            await self._begin(follower, send, since)
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._hub.leave(follower)

    async def _join(self, request: Request, send: Send, since: Cursor | None) -> Follower:
        actor: Actor = request.state.actor
        if self.scope not in actor.scopes:
            raise NotAllowed("token_scope")
        wanted = parse_query(request.query_params, LiveWanted)
        thread = None
        if wanted.thread is not None:
            thread = (wanted.thread, (await thread_door(actor, wanted.thread)).group.id)
        return self._hub.join(_credential(request.scope, actor), actor, send, thread=thread, since=since)

    async def _begin(self, follower: Follower, send: Send, since: Cursor | None) -> None:
        if since is None:
            await _send(send, HELLO + place(follower.joined))
        else:
            await _send(send, HELLO + b"\n")
            await self._replay(follower, send, since)
        follower.release()

    async def _replay(self, follower: Follower, send: Send, since: Cursor) -> None:
        thread_id = follower.thread_id
        missed = await self._hub.catch_up(follower, since)
        for start in range(0, len(missed), PIECE):
            if follower.over or follower.thread_id != thread_id:
                return
            await _send(send, b"".join(missed[start : start + PIECE]))


def live_route(hub: Hub) -> Route:
    return Route(PATH, LiveStream(hub), methods=["GET"])


def _credential(scope: Scope, actor: Actor) -> Credential:
    """By which the actor is loaded again; one that did not count for this request counts for none.

    Were it another session's than the one that ``Identify`` took, the stream would only end too soon.
    """
    if actor.is_anonymous:
        return NOBODY
    bearer = bearer_of(scope)
    if bearer is not None:
        return Credential(token=digest(bearer))
    tokens = (cookie.read(scope["headers"]) for cookie in SESSION_COOKIES)
    return Credential(session=digest(next(token for token in tokens if token is not None)))


def _since(request: Request) -> Cursor | None:
    """The place that a reader comes back from (WHATWG HTML, 9.2.4); an empty header is none."""
    given = request.headers.get("last-event-id", "")
    try:
        return Cursor.parse(given) if given else None
    except ValueError:
        raise Invalid({"Last-Event-ID": "not_valid"}) from None


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
