"""`/scim/v2`: who may come in, before the SCIM server is even loaded.

It costs 12 MB and a second of one's own (pydantic, the schemas), so a site that nobody provisions never pays: the
first request with a good token loads it.
"""

import asyncio
import json
import logging
from time import monotonic
from typing import Final

from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.middleware import bearer_of
from auth.scim import clients
from auth.scim.people import Client, People
from auth.scim.shape import is_token

log = logging.getLogger(__name__)

PATH: Final = "/scim/v2"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
# Somebody who tries tokens must not fill the audit log with it.
NOTED_EACH: Final = 60.0


class ScimDoor:
    """The mounted application: a bearer token of one client, or 401 (RFC 7644 2)."""

    def __init__(self, people: People, *, base_url: str) -> None:
        self._people, self._base_url = people, base_url.rstrip("/") + PATH
        self._loading = asyncio.Lock()
        self._application: ASGIApp | None = None
        self._noted = -NOTED_EACH

    def route(self) -> Mount:
        return Mount(PATH, self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        client = await self._recognise(scope)
        if client is None:
            await self._note_refusal()
            await error(401, "This token is unknown or has been ended.")(scope, receive, send)
            return
        scope.setdefault("state", {})["scim_client"] = client
        application = await self._loaded()
        try:
            await application(scope, receive, send)
        except RecursionError:
            await error(400, "This nests too deeply.")(scope, receive, send)

    async def _recognise(self, scope: Scope) -> Client | None:
        bearer = bearer_of(scope)
        return await clients.recognise(bearer) if bearer is not None and is_token(bearer) else None

    async def _note_refusal(self) -> None:
        now = monotonic()
        if now - self._noted >= NOTED_EACH:
            self._noted = now
            await self._people.refused("invalid_token")

    async def _loaded(self) -> ASGIApp:
        """Loaded in a thread: the other requests go on meanwhile."""
        async with self._loading:
            if self._application is None:
                self._application = await asyncio.to_thread(self._load)
        return self._application

    def _load(self) -> ASGIApp:
        from auth.scim.application import Application

        began = monotonic()
        application = Application(self._people, base_url=self._base_url)
        log.info("the SCIM server is loaded after %.1f s", monotonic() - began)
        return application


def error(status: int, detail: str) -> Response:
    """An error in SCIM's own form (RFC 7644 3.12)."""
    body = {"schemas": [ERROR], "status": str(status), "detail": detail}
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
    return Response(json.dumps(body), status, headers, "application/scim+json")
