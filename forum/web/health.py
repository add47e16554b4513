"""Is it alive, is it ready, how is it doing."""
import asyncio
import hmac

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from config.settings import Secret
from forum.kit.transaction import connection

READY_SECONDS = 2.0


class Health:
    """``draining`` is set once the process is asked to stop: ready no more, alive until it is gone."""

    def __init__(self, metrics_token: Secret | None) -> None:
        self.draining = False
        self._token = metrics_token

    async def alive(self, _request: Request) -> Response:
        """Touches nothing: a slow database must not get the process killed."""
        return PlainTextResponse("alive\n", headers=NO_STORE)

    async def ready(self, _request: Request) -> Response:
        """503 while draining, or while the database does not answer within two seconds."""
        if self.draining:
            return PlainTextResponse("draining\n", 503, NO_STORE)
        try:
            async with asyncio.timeout(READY_SECONDS), connection() as sql:
                await sql.fetchval("SELECT 1")
        except Exception:
            return PlainTextResponse("no database\n", 503, NO_STORE)
        return PlainTextResponse("ready\n", headers=NO_STORE)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text, for whoever holds the token; without one in the settings there is no such page."""
        if self._token is None:
            return PlainTextResponse("not found\n", 404)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.reveal().encode()):
            return PlainTextResponse("forbidden\n", 403)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


NO_STORE = {"Cache-Control": "no-store"}
