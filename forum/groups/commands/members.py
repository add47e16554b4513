"""Name or relieve a facilitator, remove a member, ban one, lift a ban."""
from auth.actor import Actor, GroupRole
from forum.groups.commands.grants import MANUAL, give_place, take_place
from forum.groups.facts import MemberBanned
from forum.groups.models import Ban, Membership
from forum.groups.policies import GroupState, can_manage_members, can_name_facilitator
from forum.groups.queries import door
from forum.kit.errors import NotAllowed, NotFound
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.members.queries import id_of
from forum.outbox.record import audit, record


@command
async def set_role(actor: Actor, slug: str, username: str, role: GroupRole) -> None:
    """Make a member a facilitator; facilitators step down themselves, nobody takes the role from them here."""
    group, member_id = await _managed(actor, slug, username)
    require(can_name_facilitator(actor, group))
    held = await Membership.get_or_none(group_id=group.id, member_id=member_id)
    if held is None:
        raise NotFound
    if role is GroupRole.MEMBER and held.role is GroupRole.FACILITATOR and member_id != actor.member_id:
        raise NotAllowed("other_facilitator")
    await give_place(group.id, member_id, MANUAL, role)
    await audit(
        actor.member_id,
        "group.role_set",
        "member",
        member_id,
        group_id=group.id,
        before={"role": held.role.value},
        after={"role": role.value},
    )


@command
async def remove_member(actor: Actor, slug: str, username: str) -> None:
    """End somebody's place; what they wrote stays."""
    group, member_id = await _managed(actor, slug, username)
    await _not_a_colleague(actor, group, member_id)
    if not await take_place(group.id, member_id, None):
        raise NotFound
    await audit(actor.member_id, "group.member_removed", "member", member_id, group_id=group.id)


@command
async def ban_member(actor: Actor, slug: str, username: str, reason: str = "") -> None:
    """End somebody's place and close the door behind them."""
    group, member_id = await _managed(actor, slug, username)
    await _not_a_colleague(actor, group, member_id)
    if member_id == actor.member_id:
        raise NotAllowed("yourself")
    if await Ban.filter(group_id=group.id, member_id=member_id).exists():
        return
    await Ban.create(
        group_id=group.id,
        member_id=member_id,
        banned_by_id=actor.member_id,
        reason=body_field(reason, "reason", least=0, most=2000),
    )
    await take_place(group.id, member_id, None)
    await record(MemberBanned(group_id=group.id, member_id=member_id))
    await audit(actor.member_id, "group.member_banned", "member", member_id, group_id=group.id)


@command
async def lift_ban(actor: Actor, slug: str, username: str) -> None:
    group, member_id = await _managed(actor, slug, username)
    if not await Ban.filter(group_id=group.id, member_id=member_id).delete():
        raise NotFound
    await audit(actor.member_id, "group.ban_lifted", "member", member_id, group_id=group.id)


async def _managed(actor: Actor, slug: str, username: str) -> tuple[GroupState, int]:
    group = await door(actor, slug)
    require(can_manage_members(actor, group))
    member_id = await id_of(username)
    if member_id is None:
        raise NotFound
    return group, member_id


async def _not_a_colleague(actor: Actor, group: GroupState, member_id: int) -> None:
    held = await Membership.get_or_none(group_id=group.id, member_id=member_id)
    if held is not None and held.role is GroupRole.FACILITATOR and member_id != actor.member_id:
        raise NotAllowed("other_facilitator")
