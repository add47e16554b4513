"""Warnings, silences and suspensions, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, created, document, nothing, operation
from forum.moderation.commands import sanctions
from forum.moderation.queries import sanctions as queries
from forum.moderation.schemas import SanctionGiven, SanctionList, SanctionWish

POST = Scope.POST


@operation("see_sanctions", answers={200: SanctionList})
async def list_sanctions(call: Call[None, Nothing]) -> Response:
    """What somebody was given, newest first, as far as you look after the place where it was."""
    return document(await queries.sanctions_of(call.actor, str(call.path["username"])))


@operation("keep_drafts_and_preview", answers={200: SanctionList})
async def list_own_sanctions(call: Call[None, Nothing]) -> Response:
    """Your own warnings, silences and suspensions, with their reasons."""
    return document(await queries.own_sanctions(call.actor))


@operation("see_sanctions", answers={200: SanctionList})
async def list_confirmations(call: Call[None, Nothing]) -> Response:
    """Long suspensions that wait for a second person, whom you could be."""
    return document(await queries.waiting_for_confirmation(call.actor))


@operation("warn_or_silence_in_group", body=SanctionWish, answers={201: SanctionGiven}, scope=POST)
async def post_sanction(call: Call[SanctionWish, Nothing]) -> Response:
    """Warn, silence or suspend somebody, in a group or on the site."""
    wish, username = call.body, str(call.path["username"])
    number = await sanctions.give_sanction(
        call.actor, username, wish.kind, group=wish.group, reason=wish.reason, until=wish.until, days=wish.days
    )
    return created(msgspec.json.encode(SanctionGiven(number)), f"/api/v1/members/{username}/sanctions")


@operation("warn_or_silence_in_group", answers={204: None}, scope=POST)
async def delete_sanction(call: Call[None, Nothing]) -> Response:
    """Lift it."""
    await sanctions.lift_sanction(call.actor, call.id("id"))
    return nothing()


@operation("confirm_suspension", answers={204: None}, scope=POST)
async def put_confirmation(call: Call[None, Nothing]) -> Response:
    """Agree, as the second person, to a suspension of more than seven days."""
    await sanctions.confirm_sanction(call.actor, call.id("id"))
    return nothing()
