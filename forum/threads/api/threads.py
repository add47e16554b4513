"""Threads and posts, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import PRIVATE, Call, Nothing, document, nothing, operation, versioned
from forum.curation.commands.edit_head import edit_head
from forum.kit.errors import NotFound
from forum.threads import queries
from forum.threads.commands.accept_answer import accept_answer, unaccept_answer
from forum.threads.commands.edit_post import edit_post
from forum.threads.commands.post_reply import post_reply
from forum.threads.commands.react import give_reaction, take_reaction
from forum.threads.commands.start_thread import start_thread
from forum.threads.commands.withdraw_post import withdraw_post
from forum.threads.elsewhere import Elsewhere
from forum.threads.models import ReactionKind
from forum.threads.schemas import (
    AcceptedAnswer,
    NewReply,
    NewThread,
    PostEdit,
    PostList,
    PostsWanted,
    RevisionList,
    SinglePost,
    ThreadEdit,
    ThreadList,
    ThreadPage,
    ThreadsWanted,
)

POST = Scope.POST


class _Versioned(msgspec.Struct, frozen=True):
    version: int


def _version_of(body: bytes) -> int:
    return msgspec.json.decode(body, type=_Versioned).version


@operation("read_content", query=ThreadsWanted, answers={200: ThreadList})
async def list_threads(call: Call[None, ThreadsWanted]) -> Response:
    """The latest threads over all groups that you may read."""
    return document(await queries.latest_threads(call.actor, call.query.before, call.query.limit))


@operation("read_content", query=ThreadsWanted, answers={200: ThreadList})
async def list_group_threads(call: Call[None, ThreadsWanted]) -> Response:
    """The threads of a group: pinned ones first, then by their last post."""
    return document(
        await queries.group_threads(call.actor, call.slug(), call.query.before, call.query.limit)
    )


@operation("start_thread", body=NewThread, answers={201: ThreadPage}, scope=POST)
async def post_thread(call: Call[NewThread, Nothing]) -> Response:
    """Start a thread."""
    wish = call.body
    thread_id = await start_thread(
        call.actor, call.slug(), title=wish.title, body=wish.body, kind=wish.kind, language=wish.language
    )
    body = await queries.thread_page(call.actor, thread_id)
    return document(body, 201, {"Location": f"/api/v1/threads/{thread_id}"})


@operation("read_content", query=PostsWanted, answers={200: ThreadPage, 303: None})
async def get_thread(call: Call[None, PostsWanted]) -> Response:
    """A thread: its head and a page of its posts; 303 to the thread that its posts went to."""
    try:
        body = await queries.thread_page(call.actor, call.id("id"), call.query.after, call.query.limit)
    except Elsewhere as went:
        return _see(went, "", call.query.limit)
    return document(body)


def _see(went: Elsewhere, below: str, limit: int) -> Response:
    where = f"/api/v1/threads/{went.id}{below}?after={went.number - 1}&limit={limit}"
    return Response(status_code=303, headers={"Location": where, **PRIVATE})


@operation("edit_thread_title_and_tags", body=ThreadEdit, answers={200: ThreadPage}, scope=POST)
async def patch_thread(call: Call[ThreadEdit, Nothing]) -> Response:
    """Change the title, the language, the kind or the tags; If-Match names the version."""
    await edit_head(
        call.actor,
        call.id("id"),
        title=call.body.title,
        language=call.body.language,
        kind=call.body.kind,
        tags=call.body.tags,
        version=call.version(),
    )
    return document(await queries.thread_page(call.actor, call.id("id")))


@operation("read_content", query=PostsWanted, answers={200: PostList, 303: None})
async def list_posts(call: Call[None, PostsWanted]) -> Response:
    """The posts numbered above ``after``; 303 to where they went."""
    try:
        body = await queries.posts(call.actor, call.id("id"), call.query.after, call.query.limit)
    except Elsewhere as went:
        return _see(went, "/posts", call.query.limit)
    return document(body)


@operation("reply", body=NewReply, answers={201: SinglePost}, scope=POST)
async def post_post(call: Call[NewReply, Nothing]) -> Response:
    """Reply to a thread, or to one of its posts."""
    post_id = await post_reply(
        call.actor, call.id("id"), call.body.body, in_reply_to=call.body.in_reply_to
    )
    body = await queries.single_post(call.actor, post_id)
    return versioned(body, 1, 201, {"Location": f"/api/v1/posts/{post_id}"})


@operation("read_content", answers={200: SinglePost})
async def get_post(call: Call[None, Nothing]) -> Response:
    """One post; its entity tag is what If-Match needs."""
    body = await queries.single_post(call.actor, call.id("id"))
    return versioned(body, _version_of(body))


@operation("edit_own_post", body=PostEdit, answers={200: SinglePost}, scope=POST)
async def patch_post(call: Call[PostEdit, Nothing]) -> Response:
    """Change your post; If-Match names the version that you changed."""
    await edit_post(call.actor, call.id("id"), call.body.body, call.version())
    body = await queries.single_post(call.actor, call.id("id"))
    return versioned(body, _version_of(body))


@operation("delete_own_post", answers={204: None}, scope=POST)
async def delete_post(call: Call[None, Nothing]) -> Response:
    """Withdraw your post; its number stays as a tombstone."""
    await withdraw_post(call.actor, call.id("id"))
    return nothing()


@operation("read_edit_history", answers={200: RevisionList})
async def list_revisions(call: Call[None, Nothing]) -> Response:
    """The versions of a post, newest first."""
    return document(await queries.revisions(call.actor, call.id("id")))


def _kind(call: Call[None, Nothing]) -> ReactionKind:
    try:
        return ReactionKind(str(call.path["kind"]))
    except ValueError as error:
        raise NotFound from error


@operation("react", answers={204: None}, scope=POST)
async def put_reaction(call: Call[None, Nothing]) -> Response:
    """Give a reaction: thanks, agree, insight or celebrate."""
    await give_reaction(call.actor, call.id("id"), _kind(call))
    return nothing()


@operation("react", answers={204: None}, scope=POST)
async def delete_reaction(call: Call[None, Nothing]) -> Response:
    """Take a reaction back."""
    await take_reaction(call.actor, call.id("id"), _kind(call))
    return nothing()


@operation("accept_answer", body=AcceptedAnswer, answers={204: None}, scope=POST)
async def put_answer(call: Call[AcceptedAnswer, Nothing]) -> Response:
    """Mark the post that answers the question."""
    await accept_answer(call.actor, call.id("id"), call.body.post_id)
    return nothing()


@operation("accept_answer", answers={204: None}, scope=POST)
async def delete_answer(call: Call[None, Nothing]) -> Response:
    """No post is the answer any more."""
    await unaccept_answer(call.actor, call.id("id"))
    return nothing()
