"""Whatever goes wrong outside the endpoints: an outage is 503, a bug is 500 with the request's number only (S-38)."""
import asyncio
import logging
from functools import lru_cache
from typing import Final

import msgspec
from prometheus_client import Counter
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.logging import request_id
from forum.api.problem import Problem, problem
from forum.kit.errors import Overloaded, Refusal
from forum.kit.transaction import UNAVAILABLE, patience

log = logging.getLogger(__name__)

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ENDLESS: Final = frozenset({"/live"})
REQUESTS: Final = Counter("forum_requests", "Answers by status class", ["method", "status"])


@lru_cache(maxsize=100)
def _counter(method: str, hundreds: int) -> Counter:
    """The counter of these labels, looked up once."""
    return REQUESTS.labels(method, f"{hundreds}xx")


class Guard:
    """Catches and counts; says how long a request may wait for the database (visitors are shed first, promise 6)."""

    def __init__(self, app: ASGIApp, *, seconds: float, wait_member: float, wait_anonymous: float) -> None:
        self.app, self._seconds = app, seconds
        self._wait_member, self._wait_anonymous = wait_member, wait_anonymous

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = any(name in (b"cookie", b"authorization") for name, _ in scope["headers"])
        patience.set(self._wait_member if known else self._wait_anonymous)
        started = False
        # A label a method: whoever invents methods must not fill our memory with them.
        method = scope["method"] if scope["method"] in METHODS else "OTHER"

        async def counted(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _counter(method, message["status"] // 100).inc()
            await send(message)

        try:
            async with asyncio.timeout(None if scope["path"] in ENDLESS else self._seconds):
                await self.app(scope, receive, counted)
        except Refusal as refusal:
            if started:
                raise
            await problem(refusal)(scope, receive, counted)
        except UNAVAILABLE as error:
            log.warning("%s: %s", type(error).__name__, error)
            if not started:
                await problem(Overloaded())(scope, receive, counted)
        except Exception:
            log.exception("%s failed", scope["method"])
            if not started:
                await failure()(scope, receive, counted)


def failure() -> Response:
    """A bug, as the client sees it."""
    body = Problem(
        title="Something went wrong on our side.",
        status=500,
        code="internal_error",
        details={"request_id": request_id.get()},
    )
    return Response(msgspec.json.encode(body), 500, {"Cache-Control": "no-store"}, "application/problem+json")
