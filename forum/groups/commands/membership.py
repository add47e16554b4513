"""Join, ask, leave."""
from auth.actor import Actor, GroupRole
from forum.groups.commands.grants import MANUAL, give_place, take_place
from forum.groups.commands.invitations import in_days
from forum.groups.facts import JoinRequested
from forum.groups.models import Invitation, JoinRequest, RequestState
from forum.groups.policies import GroupState, can_ask_to_join, can_join, can_leave
from forum.groups.queries import door
from forum.groups.schemas import MembershipAnswer
from forum.kit.errors import Invalid
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import record

JOINED = "joined"
REQUESTED = "requested"


@command
async def join_group(actor: Actor, slug: str, reason: str = "") -> MembershipAnswer:
    """Take a place where it is open or was offered, else ask for one; a member who asks again changes nothing.

    Whoever only reads there comes in like anybody else.
    """
    group = await door(actor, slug)
    invited = await _use_personal_invitation(actor, group)
    if can_join(actor, group, invited=invited):
        assert actor.member_id is not None
        if not actor.belongs_to(group.id):
            await give_place(group.id, actor.member_id, MANUAL)
            await _close_waiting(group.id, actor.member_id)
        role = GroupRole.FACILITATOR if actor.facilitates(group.id) else GroupRole.MEMBER
        return MembershipAnswer(state=JOINED, role=role)
    require(can_ask_to_join(actor, group))
    return await _ask(actor, group, reason)


async def _ask(actor: Actor, group: GroupState, reason: str) -> MembershipAnswer:
    assert actor.member_id is not None
    reason = body_field(reason, "reason", least=0, most=2000)
    waiting = JoinRequest.filter(group_id=group.id, member_id=actor.member_id, state=RequestState.WAITING)
    if not await waiting.exists():
        if not reason:
            raise Invalid({"reason": "required"})
        request = await JoinRequest.create(group_id=group.id, member_id=actor.member_id, reason=reason)
        await record(JoinRequested(group_id=group.id, member_id=actor.member_id, request_id=request.id))
    return MembershipAnswer(state=REQUESTED)


@command
async def leave_group(actor: Actor, slug: str) -> None:
    """Give up one's place, or a waiting request; the last facilitator cannot."""
    group = await door(actor, slug)
    if actor.member_id is not None and not actor.belongs_to(group.id):
        withdrawn = await JoinRequest.filter(
            group_id=group.id, member_id=actor.member_id, state=RequestState.WAITING
        ).update(state=RequestState.WITHDRAWN)
        if withdrawn:
            return
    require(can_leave(actor, group))
    assert actor.member_id is not None
    await take_place(group.id, actor.member_id, None)


async def _use_personal_invitation(actor: Actor, group: GroupState) -> bool:
    if not actor.is_active or actor.belongs_to(group.id) or group.id in actor.banned:
        return False
    used = await Invitation.filter(
        group_id=group.id, member_id=actor.member_id, uses_left__gt=0, expires_at__gt=await in_days(0)
    ).update(uses_left=0)
    return bool(used)


async def _close_waiting(group_id: int, member_id: int) -> None:
    await JoinRequest.filter(group_id=group_id, member_id=member_id, state=RequestState.WAITING).update(
        state=RequestState.APPROVED
    )
