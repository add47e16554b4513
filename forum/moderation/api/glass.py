"""Break-glass, as JSON: an open group is the state ``glass`` of it."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, nothing, operation
from forum.moderation.commands import glass
from forum.moderation.schemas import GlassOpened, GlassWish


@operation("open_glass", body=GlassWish, answers={200: GlassOpened}, scope=Scope.POST)
async def put_glass(call: Call[GlassWish, Nothing]) -> Response:
    """Open a group that is not yours for an hour, with a reason; its facilitators are told."""
    return answer(GlassOpened(until=await glass.break_glass(call.actor, call.slug(), call.body.reason)))


@operation("open_glass", answers={204: None}, scope=Scope.POST)
async def delete_glass(call: Call[None, Nothing]) -> Response:
    """Close it again at once."""
    await glass.close_glass(call.actor, call.slug())
    return nothing()
