"""Say whether a group's public log names those who did what it tells."""
from auth.actor import Actor
from forum.groups.models import Group
from forum.groups.policies import can_facilitate
from forum.groups.queries import door
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import audit


@command
async def name_moderators(actor: Actor, slug: str, *, named: bool) -> None:
    """It holds for what stands in the log already as well."""
    group = await door(actor, slug)
    require(can_facilitate(actor, group))
    changed = await Group.filter(id=group.id, log_names_moderators=not named).update(log_names_moderators=named)
    if changed:
        await audit(
            actor.member_id,
            "group.log_names_set",
            "group",
            group.id,
            group_id=group.id,
            before={"named": not named},
            after={"named": named},
        )
