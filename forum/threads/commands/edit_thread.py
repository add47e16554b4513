"""Change a thread's title, language, kind or tags."""
from auth.actor import Actor
from forum.groups.policies import GroupState
from forum.kit.errors import Invalid, PreconditionMissing, Stale
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.commands.written import clean_title, thread_slug
from forum.threads.facts import ThreadEdited
from forum.threads.models import Thread, ThreadKind
from forum.threads.policies import can_edit_thread, can_start_thread
from forum.threads.queries import thread_door
from forum.threads.tags import clean_tags


@command
async def edit_thread(
    actor: Actor,
    thread_id: int,
    *,
    title: str,
    version: int | None,
    language: str | None = None,
    kind: ThreadKind | None = None,
    tags: list[str] | None = None,
) -> None:
    """What is None stays as it is. Raises Stale when somebody else changed it since ``version``."""
    state = await thread_door(actor, thread_id, lock=True)
    require(can_edit_thread(actor, state))
    title = clean_title(title)
    if version is None:
        raise PreconditionMissing
    thread = await Thread.get(id=thread_id)
    if thread.version != version:
        raise Stale(yours=title, theirs=thread.title, version=thread.version)
    kind = kind or thread.kind
    _check_kind(actor, state.group, thread, kind)
    await Thread.filter(id=thread_id).update(
        title=title,
        slug=thread_slug(title),
        language=language or thread.language,
        kind=kind,
        tags=thread.tags if tags is None else clean_tags(tags),
        version=version + 1,
    )
    assert actor.member_id is not None
    await record(
        ThreadEdited(thread_id=thread_id, group_id=state.group.id, editor_id=actor.member_id)
    )


def _check_kind(actor: Actor, group: GroupState, thread: Thread, kind: ThreadKind) -> None:
    if kind is thread.kind:
        return
    require(can_start_thread(actor, group, kind))
    if thread.accepted_post_id is not None:
        raise Invalid({"kind": "has_answer"})
