"""Slow a group down: how long its members wait between two posts."""
from typing import Final

from auth.actor import Actor
from forum.groups.models import Group
from forum.groups.policies import can_moderate
from forum.groups.queries import door, state_of
from forum.kit.errors import Invalid
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.models import ActKind

LONGEST: Final = 86_400


@command
async def set_slow_mode(actor: Actor, slug: str, seconds: int, reason: str = "") -> None:
    """``seconds`` from 0 (none) to a day; those who look after the group do not wait."""
    group = await door(actor, slug)
    require(can_moderate(actor, group))
    reason = body_field(reason, "reason", least=0, most=REASON_LENGTH)
    if not 0 <= seconds <= LONGEST:
        raise Invalid({"seconds": "out_of_range"})
    if seconds == group.slow_seconds:
        return
    await Group.filter(id=group.id).update(slow_seconds=seconds)
    before = {"seconds": group.slow_seconds}
    await enter(
        actor,
        ActKind.SLOW_MODE_SET,
        reason=reason,
        group_id=group.id,
        before=before,
        after={"seconds": seconds},
        undo=before,
    )


@undoes(ActKind.SLOW_MODE_SET)
async def _undo(actor: Actor, done: Done) -> None:
    assert done.group_id is not None
    require(can_moderate(actor, await state_of(done.group_id)))
    await Group.filter(id=done.group_id).update(slow_seconds=done.undo["seconds"])
