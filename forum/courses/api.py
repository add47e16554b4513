"""Learning platforms, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, created, document, nothing, operation
from forum.courses import commands, queries
from forum.courses.schemas import (
    DeploymentWish,
    PlatformList,
    PlatformMade,
    PlatformWish,
    RosterWish,
    Ticket,
)
from forum.web.site import Web

POST = Scope.POST


def ticket_address(web: Web, ticket: str) -> str:
    return f"{web.base_url}/lti/register?ticket={ticket}"


@operation("administer_site", answers={200: PlatformList})
async def list_platforms(call: Call[None, Nothing]) -> Response:
    """Learning platforms, their courses, their last launch, roster and error."""
    return document(await queries.platforms(call.actor))


@operation("administer_site", body=PlatformWish, answers={201: PlatformMade}, scope=POST)
async def post_platform(call: Call[PlatformWish, Nothing]) -> Response:
    """Register a platform by hand; it lands disabled."""
    local = not call.request.app.state.web.secure
    made = PlatformMade(await commands.add_platform(call.actor, call.body, local=local))
    return created(msgspec.json.encode(made), "/api/v1/platforms")


@operation("administer_site", answers={201: Ticket}, scope=POST)
async def post_ticket(call: Call[None, Nothing]) -> Response:
    """An address by which one platform may register itself, within a day."""
    ticket = await commands.make_ticket(call.actor)
    return answer(Ticket(ticket_address(call.request.app.state.web, ticket)), 201)


@operation("administer_site", answers={204: None}, scope=POST)
async def put_enabling(call: Call[None, Nothing]) -> Response:
    """Let a platform's people in."""
    await commands.enable_platform(call.actor, call.id("id"), True)
    return nothing()


@operation("administer_site", answers={204: None}, scope=POST)
async def delete_enabling(call: Call[None, Nothing]) -> Response:
    """Keep a platform's people out, and end the sessions that it began."""
    await commands.enable_platform(call.actor, call.id("id"), False)
    return nothing()


@operation("administer_site", body=DeploymentWish, answers={204: None}, scope=POST)
async def post_deployment(call: Call[DeploymentWish, Nothing]) -> Response:
    """Let launches of one more deployment in."""
    await commands.add_deployment(call.actor, call.id("id"), call.body.deployment_id)
    return nothing()


@operation("administer_site", body=RosterWish, answers={202: None}, scope=POST)
async def post_roster_run(call: Call[RosterWish, Nothing]) -> Response:
    """Have the roster of a course read soon."""
    await commands.ask_for_roster(call.actor, call.id("id"), force=call.body.force)
    return Response(status_code=202)
