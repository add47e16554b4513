"""What moderation does to posts directly, as JSON."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, nothing, operation
from forum.moderation.commands.purge_post import purge_post
from forum.moderation.commands.remove_day import remove_day
from forum.moderation.commands.review_post import restore_post, review_post
from forum.moderation.schemas import CaseRef, DayRemoved, DayWish, PurgeWish


@operation("hide_or_restore_post", body=DayWish, answers={200: DayRemoved}, scope=Scope.POST)
async def post_day_removal(call: Call[DayWish, Nothing]) -> Response:
    """Remove all that an account posted on one day; it can be undone for 24 hours."""
    wish = call.body
    count = await remove_day(
        call.actor, str(call.path["username"]), wish.day, group=wish.group, reason=wish.reason
    )
    return answer(DayRemoved(count))


@operation("hide_or_restore_post", answers={200: CaseRef}, scope=Scope.POST)
async def put_post_case(call: Call[None, Nothing]) -> Response:
    """Take up a post that nobody flagged: the case about it, in which it is decided."""
    return answer(CaseRef(await review_post(call.actor, call.id("id"))))


@operation("restore_post", answers={204: None}, scope=Scope.POST)
async def delete_hiding(call: Call[None, Nothing]) -> Response:
    """Bring back a post that was hidden or removed."""
    await restore_post(call.actor, call.id("id"))
    return nothing()


@operation("purge_post", body=PurgeWish, answers={204: None}, scope=Scope.POST)
async def put_purge(call: Call[PurgeWish, Nothing]) -> Response:
    """Delete a post's text for good, with its versions, reactions and mentions; a tombstone stays."""
    await purge_post(call.actor, call.id("id"), call.body.reason)
    return nothing()
