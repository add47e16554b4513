"""What an initiative does on its way and how it ends, as JSON."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, created, nothing, operation
from forum.initiatives.api.page import whole
from forum.initiatives.commands import ending, report, space, steps, updates
from forum.initiatives.queries import page as queries
from forum.initiatives.schemas import (
    Because,
    InitiativePage,
    NewReport,
    NewSpace,
    NewStep,
    NewUpdate,
    StepText,
)
from forum.threads import queries as threads
from forum.threads.schemas import SinglePost

POST = Scope.POST


@operation("lead_initiative", body=NewStep, answers={201: InitiativePage}, scope=POST)
async def post_step(call: Call[NewStep, Nothing]) -> Response:
    """Add a milestone, or a task; the new one is the step with the highest id."""
    step_id = await steps.add_step(call.actor, call.id("id"), call.body)
    body = await queries.initiative_page(call.actor, call.id("id"))
    return created(body, f"/api/v1/initiatives/{call.id('id')}/steps/{step_id}")


@operation("lead_initiative", body=StepText, answers={204: None}, scope=POST)
async def patch_step(call: Call[StepText, Nothing]) -> Response:
    """Replace what a step says; names the step's version by If-Match."""
    await steps.change_step(call.actor, call.id("id"), call.id("step_id"), call.body, call.version())
    return nothing()


@operation("lead_initiative", answers={204: None}, scope=POST)
async def delete_step(call: Call[None, Nothing]) -> Response:
    """Delete a milestone or a task."""
    await steps.delete_step(call.actor, call.id("id"), call.id("step_id"))
    return nothing()


@operation("lead_initiative", answers={204: None}, scope=POST)
async def put_completion(call: Call[None, Nothing]) -> Response:
    """A step is done: said by those who lead, or by whoever took it on."""
    await steps.set_done(call.actor, call.id("id"), call.id("step_id"), done=True)
    return nothing()


@operation("lead_initiative", answers={204: None}, scope=POST)
async def delete_completion(call: Call[None, Nothing]) -> Response:
    """A step is not done after all."""
    await steps.set_done(call.actor, call.id("id"), call.id("step_id"), done=False)
    return nothing()


@operation("lead_initiative", body=NewUpdate, answers={201: SinglePost}, scope=POST)
async def post_update(call: Call[NewUpdate, Nothing]) -> Response:
    """Tell the co-sponsors how it goes: a post of the discussion."""
    post_id = await updates.post_update(call.actor, call.id("id"), call.body.body)
    return created(await threads.single_post(call.actor, post_id), f"/api/v1/posts/{post_id}")


@operation("lead_initiative", body=NewSpace, answers={200: InitiativePage}, scope=POST)
async def put_space(call: Call[NewSpace, Nothing]) -> Response:
    """Give it a group of its own, whose members are its co-sponsors."""
    await space.open_space(call.actor, call.id("id"), call.body.title, closed=call.body.closed)
    return await whole(call)


@operation("lead_initiative", body=NewReport, answers={200: InitiativePage}, scope=POST)
async def put_report(call: Call[NewReport, Nothing]) -> Response:
    """The closing report, which completes it."""
    await report.complete(call.actor, call.id("id"), call.body)
    return await whole(call)


@operation("lead_initiative", body=Because, answers={200: InitiativePage}, scope=POST)
async def put_withdrawal(call: Call[Because, Nothing]) -> Response:
    """Give it up, and say why."""
    await ending.withdraw(call.actor, call.id("id"), call.body.reason)
    return await whole(call)


@operation("reopen_initiative", body=Because, answers={200: InitiativePage}, scope=POST)
async def put_reopening(call: Call[Because, Nothing]) -> Response:
    """Take up again what has ended, and say why; for the group's facilitators."""
    await ending.reopen(call.actor, call.id("id"), call.body.reason)
    return await whole(call)
