"""Open a thread with its first post."""
from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import GroupState
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads.commands.post_reply import add_post, hold_post
from forum.threads.commands.written import Written, clean_title, thread_slug, write
from forum.threads.facts import ThreadStarted
from forum.threads.models import Thread, ThreadKind
from forum.threads.pace import must_wait
from forum.threads.policies import can_start_thread
from forum.threads.queries import thread_door


async def start_thread(
    actor: Actor,
    slug: str,
    *,
    title: str,
    body: str,
    kind: ThreadKind = ThreadKind.DISCUSSION,
    language: str | None = None,
    draft: int | None = None,
) -> int:
    """Open a thread in a group; returns its id. Rendering comes before the transaction.

    A newcomer's waits to be looked at first: until then it is known to them and those who look after the group only.
    ``draft`` is the member's draft that it was until now.
    """
    group = await groups.door(actor, slug)
    require(can_start_thread(actor, group, kind))
    title = clean_title(title)
    written = await write(body, group)
    return await _start(actor, group, title, written, kind, language or actor.language, draft)


@command
async def _start(
    actor: Actor,
    group: GroupState,
    title: str,
    written: Written,
    kind: ThreadKind,
    language: str,
    draft: int | None,
) -> int:
    # Once more, inside: the group may have been closed to this actor while the text was rendered.
    group = await groups.door(actor, group.slug)
    require(can_start_thread(actor, group, kind))
    assert actor.member_id is not None
    if await must_wait(actor, group, written.rendered):
        thread = await _create(actor.member_id, group.id, title, kind, language)
        await hold_post(actor.member_id, await thread_door(actor, thread.id), written, draft=draft)
        return int(thread.id)
    return await open_thread(actor.member_id, group.id, title, written, kind, language, draft)


async def open_thread(
    author_id: int,
    group_id: int,
    title: str,
    written: Written,
    kind: ThreadKind,
    language: str,
    draft: int | None = None,
) -> int:
    """Insert a thread with its first post and say so; for commands that have asked whether they may."""
    thread = await _create(author_id, group_id, title, kind, language)
    post_id, _ = await add_post(author_id, thread.id, written, draft=draft)
    await record(ThreadStarted(thread_id=thread.id, group_id=group_id, post_id=post_id, author_id=author_id))
    return int(thread.id)


async def _create(author_id: int, group_id: int, title: str, kind: ThreadKind, language: str) -> Thread:
    return await Thread.create(
        group_id=group_id, author_id=author_id, title=title, slug=thread_slug(title), kind=kind, language=language
    )
