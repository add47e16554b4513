"""Say what a group is for."""
from auth.actor import Actor
from forum.groups.models import Group
from forum.groups.policies import can_edit_text
from forum.groups.queries import door
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import audit


@command
async def edit_group_text(actor: Actor, slug: str, *, purpose: str, rules: str) -> None:
    """Rewrite the purpose and the rules."""
    group = await door(actor, slug)
    require(can_edit_text(actor, group))
    await Group.filter(id=group.id).update(
        purpose=body_field(purpose, "purpose", most=2000), rules=body_field(rules, "rules", least=0, most=4000)
    )
    await audit(actor.member_id, "group.text_edited", "group", group.id, group_id=group.id)
