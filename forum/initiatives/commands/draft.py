"""Draft an initiative, change its text, give the draft up."""
from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import GroupState
from forum.initiatives.commands.advance import DAYS_TO_ANSWER
from forum.initiatives.commands.leads import ask_members
from forum.initiatives.commands.steps import check_due, step_title
from forum.initiatives.commands.written import Written, whole, write_text
from forum.initiatives.facts import ConsentAsked, InitiativeRevised
from forum.initiatives.models import Initiative, InitiativeRevision, Lead, LeadRole, LeadState, Stage, Step, StepKind
from forum.initiatives.policies import can_discard, can_draft, can_edit
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.schemas import FirstMilestone, InitiativeText, NewInitiative
from forum.kit.errors import Conflict, Invalid, NotFound, PreconditionMissing, Stale
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.policies import ThreadState
from forum.threads.queries import thread_door

MOST_DRAFTS = 20
ASK_CONSENT = "UPDATE initiatives SET consent_asked_at = now() WHERE id = $1"
HANDED_IN = """
    UPDATE initiatives SET answer_due_at = now() + $2::int * interval '1 day', reminded_at = NULL WHERE id = $1
"""


async def draft_initiative(actor: Actor, slug: str, wish: NewInitiative) -> int:
    """Keep a draft, known to its leads only; returns its id. Rendering comes before the transaction.

    Raises Conflict beyond ``MOST_DRAFTS``, Invalid by field.
    """
    group = await groups.door(actor, slug)
    require(can_draft(actor, group))
    milestones = [await _milestone(actor, at, wish.milestones[at]) for at in range(len(wish.milestones))]
    return await _draft(actor, slug, wish, await write_text(wish, actor.language), milestones)


@command
async def _draft(
    actor: Actor, slug: str, wish: NewInitiative, written: Written, milestones: list[FirstMilestone]
) -> int:
    group = await groups.door(actor, slug)
    require(can_draft(actor, group))
    assert actor.member_id is not None
    if await Initiative.filter(created_by_id=actor.member_id, stage=Stage.DRAFT).count() >= MOST_DRAFTS:
        raise Conflict("too_many_initiative_drafts")
    consent_of = None if wish.thread is None else await _thread_author(actor, group, wish.thread)
    initiative = await Initiative.create(
        group_id=group.id, created_by_id=actor.member_id, thread_id=wish.thread, **written.columns()
    )
    await Lead.create(
        initiative_id=initiative.id, member_id=actor.member_id, role=LeadRole.LEAD, state=LeadState.ACCEPTED
    )
    await ask_members(actor.member_id, initiative.id, group.id, wish.co_leads)
    await Step.bulk_create(
        [Step(initiative_id=initiative.id, kind=StepKind.MILESTONE, title=m.title, due_on=m.due_on) for m in milestones]
    )
    if wish.thread is not None and consent_of not in (None, actor.member_id):
        await _ask_consent(actor.member_id, initiative.id, wish.thread, consent_of)
    return int(initiative.id)


async def _milestone(actor: Actor, at: int, wish: FirstMilestone) -> FirstMilestone:
    title = step_title(wish.title, f"milestones.{at}.title")
    await check_due(actor, wish.due_on, f"milestones.{at}.due_on")
    return FirstMilestone(title=title, due_on=wish.due_on)


async def _thread_author(actor: Actor, group: GroupState, thread_id: int) -> int:
    """Whose thread it is; it lies in this group. Other drafts made from it are not to be known: the launch decides."""
    thread = await thread_door(actor, thread_id)
    if thread.group.id != group.id:
        raise Invalid({"thread": "other_group"})
    await require_free(thread)
    return thread.author_id


async def require_free(thread: ThreadState) -> None:
    """Raises Conflict where a thread is the discussion of an initiative, NotFound where it leads to another one."""
    if thread.merged_into is not None:
        raise NotFound
    if await Initiative.filter(thread_id=thread.id, launched_at__isnull=False).exists():
        raise Conflict("thread_has_initiative")


async def _ask_consent(asked_by: int, initiative_id: int, thread_id: int, author_id: int | None) -> None:
    assert author_id is not None
    async with connection() as sql:
        await sql.execute(ASK_CONSENT, initiative_id)
    await record(
        ConsentAsked(initiative_id=initiative_id, thread_id=thread_id, member_id=author_id, asked_by=asked_by)
    )


async def edit_initiative(actor: Actor, initiative_id: int, wish: InitiativeText, version: int | None) -> None:
    """Replace the text of a draft; or hand in a new one where the answer was that it needs work.

    Raises Stale with both texts when ``version`` is not the stored one, PreconditionMissing without a version.
    """
    require(can_edit(actor, await initiative_door(actor, initiative_id)))
    if version is None:
        raise PreconditionMissing
    await _edit(actor, initiative_id, await write_text(wish, actor.language), version)


@command
async def _edit(actor: Actor, initiative_id: int, written: Written, version: int) -> None:
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_edit(actor, state))
    assert actor.member_id is not None
    stored = await Initiative.get(id=initiative_id)
    if stored.version != version:
        raise Stale(yours=whole(written), theirs=whole(stored), version=stored.version)
    await Initiative.filter(id=initiative_id).update(**written.columns(), version=version + 1)
    if state.stage is Stage.DRAFT:
        return
    require_whole(written)
    await InitiativeRevision.create(
        initiative_id=initiative_id,
        version=stored.version,
        title=stored.title,
        aim=stored.aim,
        why=stored.why,
        ask=stored.ask,
        edited_by_id=actor.member_id,
    )
    async with connection() as sql:
        await sql.execute(HANDED_IN, initiative_id, DAYS_TO_ANSWER)
    await record(InitiativeRevised(initiative_id=initiative_id, group_id=state.group.id, actor_id=actor.member_id))


def require_whole(text: Written | Initiative) -> None:
    """What others put their names to says all of it. Raises Invalid by field."""
    missing = {name: "required" for name in ("aim", "why", "ask") if not getattr(text, name)}
    if missing:
        raise Invalid(missing)


@command
async def discard_draft(actor: Actor, initiative_id: int) -> None:
    """Give a draft up: it is deleted; a thread that it was made from stays as it is."""
    require(can_discard(actor, await initiative_door(actor, initiative_id, lock=True)))
    await Initiative.filter(id=initiative_id).delete()
