"""The answer to most of what is done with an initiative: all of it, as it stands now."""
from typing import Any

import msgspec
from starlette.responses import Response

from forum.api.operation import Call, versioned
from forum.initiatives.queries import page as queries


class _Versioned(msgspec.Struct, frozen=True):
    version: int


async def whole(call: Call[Any, Any]) -> Response:
    """InitiativePage, for the address's ``id``."""
    body = await queries.initiative_page(call.actor, call.id("id"))
    return versioned(body, msgspec.json.decode(body, type=_Versioned).version)
