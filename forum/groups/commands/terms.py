"""What an initiative launched in a group needs: how many co-sponsors, within how many days, and from where."""
from auth.actor import Actor
from forum.groups.models import Group
from forum.groups.policies import can_edit_text
from forum.groups.queries import door
from forum.groups.schemas import InitiativeTerms
from forum.kit.errors import Invalid
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import audit

GOALS = range(1, 10_001)
DAYS = range(7, 731)


@command
async def set_initiative_terms(actor: Actor, slug: str, terms: InitiativeTerms) -> None:
    """For what is launched from now on; only who may co-sponsor holds for those under way as well.

    Raises Invalid by field.
    """
    group = await door(actor, slug)
    require(can_edit_text(actor, group))
    wrong = {}
    if terms.cosponsor_goal not in GOALS:
        wrong["cosponsor_goal"] = "goal_out_of_range"
    if terms.gathering_days not in DAYS:
        wrong["gathering_days"] = "days_out_of_range"
    if wrong:
        raise Invalid(wrong)
    before = await Group.get(id=group.id).values(*InitiativeTerms.__struct_fields__)
    after = {name: getattr(terms, name) for name in InitiativeTerms.__struct_fields__}
    if after == before:
        return
    await Group.filter(id=group.id).update(**after)
    await audit(actor.member_id, "group.terms_set", "group", group.id, group_id=group.id, before=before, after=after)
