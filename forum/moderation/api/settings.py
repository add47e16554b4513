"""What those who look after a group set, as JSON."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, nothing, operation
from forum.moderation.commands.slow_mode import set_slow_mode
from forum.moderation.schemas import SlowMode

POST = Scope.POST


@operation("set_slow_mode", body=SlowMode, answers={204: None}, scope=POST)
async def put_slow_mode(call: Call[SlowMode, Nothing]) -> Response:
    """Let members wait between two posts."""
    await set_slow_mode(call.actor, call.slug(), call.body.seconds, call.body.reason)
    return nothing()


@operation("set_slow_mode", answers={204: None}, scope=POST)
async def delete_slow_mode(call: Call[None, Nothing]) -> Response:
    """Let them post as they like again."""
    await set_slow_mode(call.actor, call.slug(), 0)
    return nothing()
