"""What is to be done on the way: milestones, and tasks taken from the discussion."""
from datetime import date, timedelta

from auth.actor import Actor
from forum.initiatives.commands.leads import eligible
from forum.initiatives.facts import StepChanged
from forum.initiatives.models import Step, StepKind
from forum.initiatives.policies import InitiativeState, can_finish_step, can_work
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.schemas import NewStep, StepText
from forum.kit.errors import Conflict, Invalid, NotFound, PreconditionMissing, Stale
from forum.kit.fields import line_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.models import Post, PostState

MOST_STEPS = 200
FURTHEST = timedelta(days=3653)

TODAY = "SELECT (clock_timestamp() AT TIME ZONE $1::text)::date"
DONE = "UPDATE initiative_steps SET done_at = now(), done_by_id = $2, version = version + 1 WHERE id = $1"
UNDONE = "UPDATE initiative_steps SET done_at = NULL, done_by_id = NULL, version = version + 1 WHERE id = $1"


@command
async def add_step(actor: Actor, initiative_id: int, wish: NewStep) -> int:
    """A milestone or a task; returns its id. Raises Invalid by field, Conflict beyond ``MOST_STEPS``."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_work(actor, state))
    title, owner_id = step_title(wish.title), await _owner(state, wish.owner)
    await check_due(actor, wish.due_on)
    if wish.post is not None:
        await _check_post(state, wish.kind, wish.post)
    if await Step.filter(initiative_id=initiative_id).count() >= MOST_STEPS:
        raise Conflict("too_many_steps")
    step = await Step.create(
        initiative_id=initiative_id,
        kind=wish.kind,
        title=title,
        due_on=wish.due_on,
        owner_id=owner_id,
        post_id=wish.post,
    )
    await _record(actor, state, step.id, "added")
    return int(step.id)


@command
async def change_step(actor: Actor, initiative_id: int, step_id: int, wish: StepText, version: int | None) -> None:
    """Replace what a step says; what stays as it was is not asked about again.

    Raises Stale with both titles when ``version`` is not the stored one, PreconditionMissing without a version.
    """
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_work(actor, state))
    step, title = await _step(initiative_id, step_id), step_title(wish.title)
    if version is None:
        raise PreconditionMissing
    if step.version != version:
        raise Stale(yours=wish.title, theirs=step.title, version=step.version)
    if wish.due_on != step.due_on:
        await check_due(actor, wish.due_on)
    await Step.filter(id=step_id).update(
        title=title,
        due_on=wish.due_on,
        owner_id=await _owner(state, wish.owner, step.owner_id),
        version=version + 1,
    )
    await _record(actor, state, step_id, "changed")


@command
async def set_done(actor: Actor, initiative_id: int, step_id: int, *, done: bool) -> None:
    """Say that a step is done, or that it is not after all; twice is once."""
    state = await initiative_door(actor, initiative_id, lock=True)
    step = await Step.get_or_none(id=step_id, initiative_id=initiative_id)
    require(can_finish_step(actor, state, step.owner_id if step else None))
    if step is None:
        raise NotFound
    if (step.done_at is not None) == done:
        return
    async with connection() as sql:
        await (sql.execute(DONE, step_id, actor.member_id) if done else sql.execute(UNDONE, step_id))
    await _record(actor, state, step_id, "done" if done else "undone")


@command
async def delete_step(actor: Actor, initiative_id: int, step_id: int) -> None:
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_work(actor, state))
    await _step(initiative_id, step_id)
    await Step.filter(id=step_id).delete()
    await _record(actor, state, step_id, "deleted")


def step_title(title: str, field: str = "title") -> str:
    return line_field(title, field, least=2, most=200)


async def check_due(actor: Actor, due_on: date | None, field: str = "due_on") -> None:
    """Today at the earliest, as the actor's clock has it, and within ten years. Raises Invalid at ``field``."""
    if due_on is None:
        return
    async with connection() as sql:
        today = await sql.fetchval(TODAY, actor.time_zone)
    if due_on < today:
        raise Invalid({field: "due_in_past"})
    if due_on > today + FURTHEST:
        raise Invalid({field: "due_too_late"})


async def _step(initiative_id: int, step_id: int) -> Step:
    step = await Step.get_or_none(id=step_id, initiative_id=initiative_id)
    if step is None:
        raise NotFound
    return step


async def _owner(state: InitiativeState, username: str | None, now: int | None = None) -> int | None:
    """Whoever owns it ``now`` may go on doing so, though they have left the group since."""
    if username is None:
        return None
    found = await eligible(state.group.id, [username], stays=now)
    if not found:
        raise Invalid({"owner": "not_in_group"})
    return next(iter(found.values()))


async def _check_post(state: InitiativeState, kind: StepKind, post_id: int) -> None:
    if kind is not StepKind.TASK:
        raise Invalid({"post": "tasks_only"})
    if not await Post.filter(id=post_id, thread_id=state.thread_id or 0, state=PostState.PUBLIC).exists():
        raise Invalid({"post": "not_in_thread"})


async def _record(actor: Actor, state: InitiativeState, step_id: int, change: str) -> None:
    assert actor.member_id is not None
    await record(
        StepChanged(
            initiative_id=state.id,
            group_id=state.group.id,
            step_id=step_id,
            change=change,
            actor_id=actor.member_id,
        )
    )
