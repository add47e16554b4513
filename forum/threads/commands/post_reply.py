"""Answer in a thread."""
from auth.actor import Actor
from forum.groups.policies import GroupState, can_write, widens
from forum.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record
from forum.threads import statements
from forum.threads.commands.written import Written, write
from forum.threads.elsewhere import end_of_chain, thread_of_post
from forum.threads.facts import PostHeld, ReplyPosted
from forum.threads.models import Mention, PostKind
from forum.threads.pace import must_wait
from forum.threads.policies import ThreadState, can_reply
from forum.threads.queries import thread_door


async def post_reply(
    actor: Actor, thread_id: int, body: str, *, in_reply_to: int | None = None, draft: int | None = None
) -> int:
    """Add a post at the end of the thread; returns its id. ``draft`` is the member's draft that it was until now.

    A newcomer's waits to be looked at first: it is stored, and has no number yet. Where the thread was merged
    meanwhile, or the post that is answered went away, the reply goes there; Conflict where other people read there.

    Rendering comes before the transaction: neither a connection nor the thread's lock waits for it. The door is asked
    with the lock; before that only where the text names people, or for those who may write nowhere.
    """

    async def group() -> GroupState:
        thread = await thread_door(actor, thread_id)
        if thread.merged_into is not None:
            thread = await thread_door(actor, await end_of_chain(thread_id))
        require(can_reply(actor, thread))
        return thread.group

    if not can_write(actor):
        await group()
    return await _post(actor, thread_id, await write(body, group), in_reply_to, draft)


@command
async def _post(
    actor: Actor, thread_id: int, written: Written, in_reply_to: int | None, draft: int | None
) -> int:
    # The lock numbers posts without gaps: two replies at once queue here.
    thread = await _standing(actor, thread_id, in_reply_to)
    require(can_reply(actor, thread))
    assert actor.member_id is not None
    thread_id = thread.id
    if await must_wait(actor, thread.group, written.rendered):
        return await hold_post(actor.member_id, thread, written, in_reply_to, draft)
    post_id, number = await add_post(actor.member_id, thread_id, written, in_reply_to, draft)
    await record(
        ReplyPosted(
            thread_id=thread_id,
            group_id=thread.group.id,
            post_id=post_id,
            number=number,
            author_id=actor.member_id,
        )
    )
    return post_id


async def _standing(actor: Actor, thread_id: int, in_reply_to: int | None) -> ThreadState:
    """The thread that a reply belongs to by now, locked."""
    thread = asked = await thread_door(actor, thread_id, lock=True)
    while (to := await _where(thread, asked, in_reply_to)) != thread.id:
        try:
            thread = await thread_door(actor, to, lock=True)
        except (NotFound, NotAllowed) as refusal:
            raise Conflict("thread_moved_away") from refusal
        if widens(asked.group, thread.group):
            raise Conflict("thread_moved_away")
    return thread


async def _where(thread: ThreadState, asked: ThreadState, in_reply_to: int | None) -> int:
    if in_reply_to is None:
        return thread.id if thread.merged_into is None else await end_of_chain(thread.id)
    found = await thread_of_post(asked.id, in_reply_to)
    if found is None:
        raise Invalid({"in_reply_to": "not_in_thread"})
    return found


async def hold_post(
    author_id: int, thread: ThreadState, written: Written, in_reply_to: int | None = None, draft: int | None = None
) -> int:
    """Store a post that waits to be looked at, and drop its draft; returns its id."""
    async with connection() as sql:
        post_id: int = await sql.fetchval(
            statements.INSERT_WAITING_POST,
            thread.id,
            author_id,
            in_reply_to,
            written.body,
            written.rendered.html,
            written.rendered.text,
            written.renderer,
        )
        if draft is not None:
            await sql.execute(statements.DROP_SENT_DRAFT, draft, author_id)
    await _mention(post_id, written)
    await record(
        PostHeld(thread_id=thread.id, group_id=thread.group.id, post_id=post_id, author_id=author_id)
    )
    return post_id


async def add_post(
    author_id: int,
    thread_id: int,
    written: Written,
    in_reply_to: int | None = None,
    draft: int | None = None,
    kind: PostKind = PostKind.PLAIN,
) -> tuple[int, int]:
    """Insert the next post of a locked thread and drop its draft; returns its id and number."""
    async with connection() as sql:
        row = await sql.fetchrow(
            statements.INSERT_POST,
            thread_id,
            author_id,
            in_reply_to,
            written.body,
            written.rendered.html,
            written.rendered.text,
            written.renderer,
            kind.value,
        )
        assert row is not None
        if draft is not None:
            await sql.execute(statements.DROP_SENT_DRAFT, draft, author_id)
    await _mention(row["id"], written)
    return row["id"], row["number"]


async def _mention(post_id: int, written: Written) -> None:
    if written.mentioned:
        await Mention.bulk_create([Mention(post_id=post_id, member_id=member) for member in written.mentioned])
