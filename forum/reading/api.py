"""How far one has read, as JSON."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, nothing, operation
from forum.reading.commands import mark_group_read, mark_read
from forum.reading.schemas import ReadUpTo


@operation("mark_read", body=ReadUpTo, answers={204: None}, scope=Scope.POST)
async def put_reading(call: Call[ReadUpTo, Nothing]) -> Response:
    """Everything up to this post is read."""
    await mark_read(call.actor, call.id("id"), call.body.number)
    return nothing()


@operation("mark_read", answers={204: None}, scope=Scope.POST)
async def put_group_reading(call: Call[None, Nothing]) -> Response:
    """Everything in the group is read."""
    await mark_group_read(call.actor, call.slug())
    return nothing()
