"""Write the summary of a thread, remove it, and take that back."""
from datetime import UTC, datetime

from auth.actor import Actor
from forum.curation.facts import SummaryChanged
from forum.curation.models import Summary, SummaryRevision
from forum.curation.policies import can_write_summary
from forum.curation.summary_text import Kept, summary_text
from forum.kit.errors import Conflict, Invalid, NotFound, PreconditionMissing, Stale
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.models import ActKind
from forum.outbox.record import record
from forum.threads.models import Thread
from forum.threads.policies import ThreadState
from forum.threads.queries import thread_door


async def write_summary(
    actor: Actor, thread_id: int, body: str, *, version: int | None, through: int | None = None
) -> None:
    """Say what the thread came to as far as post ``through`` (the last one, where it is not named).

    ``version`` is the one that is replaced; 0 or none: there is none yet. Raises Stale with both texts when somebody
    else wrote meanwhile, PreconditionMissing where a summary would be replaced without saying which.
    """
    require(can_write_summary(actor, await thread_door(actor, thread_id)))
    await _write(actor, thread_id, await summary_text(body, thread_id), version, through)


@command
async def _write(actor: Actor, thread_id: int, text: Kept, version: int | None, through: int | None) -> None:
    thread = await _locked(actor, thread_id)
    assert actor.member_id is not None
    last = (await Thread.get(id=thread_id)).last_number
    through = last if through is None else through
    if not 1 <= through <= last:
        raise Invalid({"through": "out_of_range"})
    stored = await Summary.get_or_none(thread_id=thread_id)
    _check_version(stored, version, text)
    if stored is not None:
        if stored.removed_at is None and (stored.body, stored.through_number) == (text.body, through):
            return
        await _keep(stored)
        await Summary.filter(id=stored.id).update(
            body=text.body,
            html=text.html,
            renderer=text.renderer,
            through_number=through,
            version=stored.version + 1,
            edited_by_id=actor.member_id,
            edited_at=datetime.now(UTC),
            removed_at=None,
        )
    else:
        await Summary.create(
            thread_id=thread_id,
            body=text.body,
            html=text.html,
            renderer=text.renderer,
            through_number=through,
            edited_by_id=actor.member_id,
        )
    await _tell(actor, thread)


def _check_version(stored: Summary | None, version: int | None, text: Kept) -> None:
    shown = stored if stored is not None and stored.removed_at is None else None
    if shown is None:
        if version:
            raise Stale(yours=text.body, theirs="", version=0)
    elif version is None:
        raise PreconditionMissing
    elif shown.version != version:
        raise Stale(yours=text.body, theirs=shown.body, version=shown.version)


async def _keep(stored: Summary) -> None:
    await SummaryRevision.create(
        summary_id=stored.id,
        version=stored.version,
        body=stored.body,
        through_number=stored.through_number,
        edited_by_id=stored.edited_by_id,
        edited_at=stored.edited_at,
    )


@command
async def remove_summary(actor: Actor, thread_id: int, reason: str = "") -> None:
    """Show it no more; its history stays with those who may write it anew."""
    thread = await _locked(actor, thread_id)
    stored = await Summary.get_or_none(thread_id=thread_id, removed_at=None)
    if stored is None:
        raise NotFound
    await Summary.filter(id=stored.id).update(removed_at=datetime.now(UTC))
    await enter(
        actor,
        ActKind.SUMMARY_REMOVED,
        reason=body_field(reason, "reason", least=0, most=REASON_LENGTH),
        group_id=thread.group.id,
        thread_id=thread_id,
        before={"version": stored.version},
        undo={"version": stored.version},
    )
    await _tell(actor, thread)


@undoes(ActKind.SUMMARY_REMOVED)
async def bring_back(actor: Actor, done: Done) -> None:
    """Unless another one was written meanwhile."""
    assert done.thread_id is not None
    thread = await _locked(actor, done.thread_id)
    brought = await Summary.filter(
        thread_id=thread.id, version=done.undo["version"], removed_at__isnull=False
    ).update(removed_at=None)
    if not brought:
        raise Conflict("moved_on")
    await _tell(actor, thread)


async def _locked(actor: Actor, thread_id: int) -> ThreadState:
    thread = await thread_door(actor, thread_id, lock=True)
    require(can_write_summary(actor, thread))
    return thread


async def _tell(actor: Actor, thread: ThreadState) -> None:
    assert actor.member_id is not None
    await record(SummaryChanged(thread_id=thread.id, group_id=thread.group.id, editor_id=actor.member_id))
