"""What members keep for themselves: follows, bookmarks, drafts, and a look at how a text will be shown."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, document, nothing, operation, versioned
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things
from forum.threads import queries
from forum.threads.commands import drafts, follow
from forum.threads.commands.written import preview
from forum.threads.schemas import (
    BookmarkList,
    DraftDoc,
    DraftList,
    DraftText,
    FollowWish,
    Preview,
    Previewed,
)

POST = Scope.POST


@operation("follow_or_bookmark", body=FollowWish, answers={204: None}, scope=POST)
async def put_group_follow(call: Call[FollowWish, Nothing]) -> Response:
    """How much to hear of a group: all, mentions or mute."""
    await follow.follow_group(call.actor, call.slug(), call.body.level)
    return nothing()


@operation("follow_or_bookmark", answers={204: None}, scope=POST)
async def delete_group_follow(call: Call[None, Nothing]) -> Response:
    """Back to the default."""
    await follow.unfollow_group(call.actor, call.slug())
    return nothing()


@operation("follow_or_bookmark", body=FollowWish, answers={204: None}, scope=POST)
async def put_thread_follow(call: Call[FollowWish, Nothing]) -> Response:
    """How much to hear of a thread: all, mentions or mute."""
    await follow.follow_thread(call.actor, call.id("id"), call.body.level)
    return nothing()


@operation("follow_or_bookmark", answers={204: None}, scope=POST)
async def delete_thread_follow(call: Call[None, Nothing]) -> Response:
    """Back to the default."""
    await follow.unfollow_thread(call.actor, call.id("id"))
    return nothing()


@operation("follow_or_bookmark", answers={204: None}, scope=POST)
async def put_bookmark(call: Call[None, Nothing]) -> Response:
    """Keep a post for later."""
    await follow.keep_bookmark(call.actor, call.id("id"))
    return nothing()


@operation("follow_or_bookmark", answers={204: None}, scope=POST)
async def delete_bookmark(call: Call[None, Nothing]) -> Response:
    """Keep it no longer."""
    await follow.drop_bookmark(call.actor, call.id("id"))
    return nothing()


@operation("keep_drafts_and_preview", answers={200: BookmarkList}, signed_in=True)
async def list_bookmarks(call: Call[None, Nothing]) -> Response:
    """The posts you keep, newest first."""
    return document(await queries.bookmarks(call.actor))


@operation("keep_drafts_and_preview", answers={200: DraftList}, signed_in=True)
async def list_drafts(call: Call[None, Nothing]) -> Response:
    """Your drafts, the last one you touched first."""
    return document(await queries.drafts(call.actor))


@operation("keep_drafts_and_preview", body=DraftText, answers={201: DraftDoc}, scope=POST, signed_in=True)
async def post_draft(call: Call[DraftText, Nothing]) -> Response:
    """Keep a text that is not sent yet."""
    draft_id = await drafts.keep_draft(call.actor, call.body)
    body = await queries.draft(call.actor, draft_id)
    return versioned(body, 1, 201, {"Location": f"/api/v1/drafts/{draft_id}"})


@operation("keep_drafts_and_preview", answers={200: DraftDoc}, signed_in=True)
async def get_draft(call: Call[None, Nothing]) -> Response:
    """One draft; its entity tag is what If-Match needs."""
    return _draft(await queries.draft(call.actor, call.id("id")))


@operation("keep_drafts_and_preview", body=DraftText, answers={200: DraftDoc}, scope=POST, signed_in=True)
async def put_draft(call: Call[DraftText, Nothing]) -> Response:
    """Replace a draft; If-Match names the version that you changed."""
    await drafts.change_draft(call.actor, call.id("id"), call.body, call.version())
    return _draft(await queries.draft(call.actor, call.id("id")))


@operation("keep_drafts_and_preview", answers={204: None}, scope=POST, signed_in=True)
async def delete_draft(call: Call[None, Nothing]) -> Response:
    """Throw a draft away."""
    await drafts.drop_draft(call.actor, call.id("id"))
    return nothing()


@operation("keep_drafts_and_preview", body=Preview, answers={200: Previewed}, scope=POST, signed_in=True)
async def post_preview(call: Call[Preview, Nothing]) -> Response:
    """How a text will be shown."""
    require(can_keep_own_things(call.actor))
    return answer(Previewed(html=await preview(call.body.body)))


def _draft(body: bytes) -> Response:
    return versioned(body, msgspec.json.decode(body, type=DraftDoc).version)
