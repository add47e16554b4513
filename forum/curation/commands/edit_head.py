"""Change a thread's title, language, kind and tags; another's language and tags by way of the ledger."""
from collections.abc import Mapping

from auth.actor import Actor
from forum.kit.errors import Conflict
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind
from forum.outbox.record import record
from forum.threads.commands.edit_thread import edit_thread
from forum.threads.facts import ThreadEdited
from forum.threads.models import Thread, ThreadKind
from forum.threads.policies import ThreadState, can_edit_thread
from forum.threads.queries import thread_door


@command
async def edit_head(
    actor: Actor,
    thread_id: int,
    *,
    title: str,
    version: int | None,
    language: str | None = None,
    kind: ThreadKind | None = None,
    tags: list[str] | None = None,
) -> None:
    """As ``edit_thread``; what its author does is no act of anybody who looks after the place."""
    state = await thread_door(actor, thread_id, lock=True)
    before = await Thread.get(id=thread_id)
    await edit_thread(actor, thread_id, title=title, version=version, language=language, kind=kind, tags=tags)
    if actor.member_id == state.author_id:
        return
    after = await Thread.get(id=thread_id)
    if before.language != after.language:
        old, new = {"language": before.language}, {"language": after.language}
        await _enter(actor, ActKind.THREAD_LANGUAGE_SET, state, {"was": old, "now": new}, old, new)
    if before.tags != after.tags:
        undo = {"was": {"tags": before.tags}, "now": {"tags": after.tags}}
        await _enter(actor, ActKind.THREAD_TAGGED, state, undo)


async def _enter(
    actor: Actor,
    kind: ActKind,
    state: ThreadState,
    undo: Mapping[str, object],
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    # Tags are words, which the audit log has no place for; the language is one of a list.
    await enter(
        actor,
        kind,
        group_id=state.group.id,
        thread_id=state.id,
        member_id=state.author_id,
        before=before,
        after=after,
        undo=undo,
    )


@undoes(ActKind.THREAD_LANGUAGE_SET, ActKind.THREAD_TAGGED)
async def set_back(actor: Actor, done: Done) -> None:
    """Unless somebody changed it again meanwhile."""
    assert done.thread_id is not None and actor.member_id is not None
    state = await thread_door(actor, done.thread_id, lock=True)
    require(can_edit_thread(actor, state))
    thread = await Thread.get(id=state.id)
    if any(getattr(thread, name) != value for name, value in done.undo["now"].items()):
        raise Conflict("moved_on")
    await Thread.filter(id=state.id).update(**done.undo["was"], version=thread.version + 1)
    await record(ThreadEdited(thread_id=state.id, group_id=state.group.id, editor_id=actor.member_id))
