"""The SCIM server itself: `scim2-server` over our storage. Only `auth.scim.door` imports this, when somebody asks."""

import json
from typing import Any, Final
from urllib.parse import parse_qsl

from scim2_models import (
    PatchOp,
    PayloadTooLargeException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    SCIMException,
)
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.applications.base import BaseApplication
from scim2_server.conditions import Conditions
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from auth.scim.described import LARGEST_BODY, provider
from auth.scim.people import People
from auth.scim.storage import PostgresStorage

TRIES: Final = 5


class Handler(AsyncScimHandler):
    """A PATCH that named no version is applied again when another one came between."""

    async def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        for _ in range(TRIES - 1):
            try:
                return await super().patch_resource(resource_type, resource_id, patch_op, conditions)
            except PreconditionFailedException:
                if conditions.if_match is not None:
                    raise
        return await super().patch_resource(resource_type, resource_id, patch_op, conditions)


class Application(BaseApplication):
    """Serves requests whose client the door has recognised; ``base_url`` is the site's, never the Host header's."""

    def __init__(self, people: People, *, base_url: str) -> None:
        super().__init__(described := provider(), ScimService(described))
        self._people, self._base_url = people, base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = ScimRequest(
            method=scope["method"],
            base_url=self._base_url,
            path=self.split_path(ASGIApplication.get_path(dict(scope))),
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            subject=scope["state"]["scim_client"],
        )
        try:
            request.body = await _body(receive)
            answer = await self._answer(request)
        except SCIMException as exception:
            answer = self.handle_exception(request, exception)
        body = b"" if answer.body is None else json.dumps(answer.body)
        response = Response(body, answer.status, {**answer.headers, "Cache-Control": "no-store"})
        await response(scope, receive, send)

    async def _answer(self, request: ScimRequest) -> ScimResponse:
        storage = PostgresStorage(request.subject, self._people, self.provider)
        return await Handler(self.service, storage).handle(request)


async def _body(receive: Receive) -> bytes:
    """All of it, but no more than we take."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > LARGEST_BODY:
            raise PayloadTooLargeException(detail=f"A request has at most {LARGEST_BODY} bytes.")
        more = message.get("more_body", False)
    return b"".join(chunks)
