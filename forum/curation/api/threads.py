"""What is done with threads by those who look after them, as JSON; each can be undone within a day."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, document, nothing, operation
from forum.curation.commands.list_thread import list_thread, unlist_thread
from forum.curation.commands.lock import lock, unlock
from forum.curation.commands.mark_duplicate import mark_duplicate, unmark_duplicate
from forum.curation.commands.merge import merge
from forum.curation.commands.move import move
from forum.curation.commands.pin import pin, unpin
from forum.curation.commands.split import split
from forum.curation.schemas import DuplicateWish, LockWish, MergeWish, MoveWish, PinWish, SplitWish, Why
from forum.threads.queries import thread_page
from forum.threads.schemas import ThreadPage

POST = Scope.POST


@operation("lock_pin_split_thread", body=PinWish, answers={204: None}, scope=POST)
async def put_pin(call: Call[PinWish, Nothing]) -> Response:
    """Show a thread above the others, in its group or everywhere."""
    wish = call.body
    await pin(call.actor, call.id("id"), until=wish.until, everywhere=wish.everywhere, reason=wish.reason)
    return nothing()


@operation("lock_pin_split_thread", answers={204: None}, scope=POST)
async def delete_pin(call: Call[None, Nothing]) -> Response:
    """Let a thread take its place among the others."""
    await unpin(call.actor, call.id("id"))
    return nothing()


@operation("lock_pin_split_thread", body=LockWish, answers={204: None}, scope=POST)
async def put_lock(call: Call[LockWish, Nothing]) -> Response:
    """Close a thread to replies."""
    await lock(call.actor, call.id("id"), reason=call.body.reason, until=call.body.until)
    return nothing()


@operation("lock_pin_split_thread", answers={204: None}, scope=POST)
async def delete_lock(call: Call[None, Nothing]) -> Response:
    """Open a thread to replies again."""
    await unlock(call.actor, call.id("id"))
    return nothing()


@operation("lock_pin_split_thread", body=SplitWish, answers={201: ThreadPage}, scope=POST)
async def post_split(call: Call[SplitWish, Nothing]) -> Response:
    """Put chosen posts into a thread of their own; their numbers stay and lead there."""
    wish = call.body
    made = await split(call.actor, call.id("id"), wish.posts, title=wish.title, reason=wish.reason)
    return document(await thread_page(call.actor, made), 201, {"Location": f"/api/v1/threads/{made}"})


@operation("lock_pin_split_thread", body=DuplicateWish, answers={204: None}, scope=POST)
async def put_duplicate(call: Call[DuplicateWish, Nothing]) -> Response:
    """Say which other thread is about the same; this one stays open."""
    await mark_duplicate(call.actor, call.id("id"), call.body.of, reason=call.body.reason)
    return nothing()


@operation("lock_pin_split_thread", answers={204: None}, scope=POST)
async def delete_duplicate(call: Call[None, Nothing]) -> Response:
    """A thread is about nothing that another one is about."""
    await unmark_duplicate(call.actor, call.id("id"))
    return nothing()


@operation("move_or_merge_thread", body=MoveWish, answers={204: None}, scope=POST)
async def put_thread_group(call: Call[MoveWish, Nothing]) -> Response:
    """Move a thread to another group."""
    wish = call.body
    await move(call.actor, call.id("id"), wish.group, reason=wish.reason, widening=wish.widening)
    return nothing()


@operation("move_or_merge_thread", body=MergeWish, answers={204: None}, scope=POST)
async def put_merger(call: Call[MergeWish, Nothing]) -> Response:
    """Merge a thread into another; its address leads there from then on."""
    wish = call.body
    await merge(call.actor, call.id("id"), wish.into, reason=wish.reason, widening=wish.widening)
    return nothing()


@operation("list_thread_in_second_group", body_if_any=Why, answers={204: None}, scope=POST)
async def put_listing(call: Call[None, Nothing]) -> Response:
    """List a thread in a second group as well."""
    why = call.optional_body(Why) or Why()
    await list_thread(call.actor, call.id("id"), call.slug(), reason=why.reason)
    return nothing()


@operation("list_thread_in_second_group", answers={204: None}, scope=POST)
async def delete_listing(call: Call[None, Nothing]) -> Response:
    """List a thread there no longer."""
    await unlist_thread(call.actor, call.id("id"), call.slug())
    return nothing()
