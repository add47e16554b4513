"""A group's public log, taking an act back, and how a group is looked after, as JSON."""
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, document, nothing, operation
from forum.groups import queries as groups
from forum.moderation.commands.name_moderators import name_moderators
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.queries import log
from forum.moderation.schemas import LogNames, LogPage, LogWanted, ModerationSettings


@operation("read_public_moderation_log", query=LogWanted, answers={200: LogPage})
async def list_log(call: Call[None, LogWanted]) -> Response:
    """What was done by those who look after a group, newest first: what, why and when, without any content."""
    group = await groups.door(call.actor, call.slug())
    return document(await log.log_of(call.actor, group, call.query.before, call.query.limit))


@operation("undo_own_curation_within_24h", answers={204: None}, scope=Scope.POST)
async def delete_act(call: Call[None, Nothing]) -> Response:
    """Take back, within 24 hours, what you or a colleague did."""
    await undo_act(call.actor, call.id("id"))
    return nothing()


@operation("see_moderation_settings", answers={200: ModerationSettings})
async def get_moderation_settings(call: Call[None, Nothing]) -> Response:
    """How a group is looked after, for those who do."""
    return document(await log.settings_of(call.actor, await groups.door(call.actor, call.slug())))


@operation("name_moderators_in_log", body=LogNames, answers={200: ModerationSettings}, scope=Scope.POST)
async def put_log_names(call: Call[LogNames, Nothing]) -> Response:
    """Say whether the public log names those who did what it tells."""
    await name_moderators(call.actor, call.slug(), named=call.body.named)
    return document(await log.settings_of(call.actor, await groups.door(call.actor, call.slug())))
