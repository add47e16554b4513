"""One's notices, as JSON."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, document, nothing, operation
from forum.notifications import commands, queries
from forum.notifications.schemas import NoticeList, NoticesWanted


@operation("keep_drafts_and_preview", query=NoticesWanted, answers={200: NoticeList}, signed_in=True)
async def list_notices(call: Call[None, NoticesWanted]) -> Response:
    """What concerns you, newest first."""
    return document(await queries.notices(call.actor, call.query.before, call.query.limit))


@operation("keep_drafts_and_preview", answers={204: None}, scope=Scope.POST, signed_in=True)
async def put_seen(call: Call[None, Nothing]) -> Response:
    """You have seen this one."""
    await commands.mark_notice_read(call.actor, call.id("id"))
    return nothing()


@operation("keep_drafts_and_preview", answers={204: None}, scope=Scope.POST, signed_in=True)
async def put_all_seen(call: Call[None, Nothing]) -> Response:
    """You have seen them all."""
    await commands.mark_all_notices_read(call.actor)
    return nothing()
