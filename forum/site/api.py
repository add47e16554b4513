"""The first page, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, Nothing, document, operation
from forum.site import queries
from forum.site.schemas import Front, Home


@operation("keep_drafts_and_preview", answers={200: Home}, signed_in=True)
async def get_home(call: Call[None, Nothing]) -> Response:
    """What is new for you: unread threads, notices, drafts, your groups."""
    return document(await queries.home(call.actor))


@operation("see_group_card", answers={200: Front})
async def get_front(call: Call[None, Nothing]) -> Response:
    """What a visitor sees first: the busiest open threads and the groups."""
    return document(await queries.front(call.actor))
