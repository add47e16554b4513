"""Invite a member by name, or whoever holds a link; accept either."""
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from tortoise.expressions import F

from auth.actor import Actor, GroupRole, Status
from forum.groups.commands.grants import MANUAL, give_place
from forum.groups.facts import MemberInvited
from forum.groups.models import Ban, Invitation, Membership
from forum.groups.policies import GroupState, can_act, can_invite
from forum.groups.queries import door, state_of
from forum.kit.errors import Invalid, NotAllowed, NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.models import Member
from forum.members.queries import id_of
from forum.outbox.record import audit, record

NOW = "SELECT clock_timestamp()"


@command
async def invite_member(actor: Actor, slug: str, username: str, days: int = 30) -> int:
    """Offer one member a place; inviting twice is one invitation. Returns its id."""
    group = await door(actor, slug)
    require(can_invite(actor, group))
    assert actor.member_id is not None
    member = await Member.get_or_none(id=await id_of(username) or 0, status=Status.ACTIVE)
    if member is None:
        raise Invalid({"username": "unknown_member"})
    if await Ban.filter(group_id=group.id, member_id=member.id).exists():
        raise Invalid({"username": "banned_here"})
    if await Membership.filter(group_id=group.id, member_id=member.id).exclude(role=GroupRole.READER).exists():
        raise Invalid({"username": "already_member"})
    offered = Invitation.filter(group_id=group.id, member_id=member.id, uses_left__gt=0)
    await offered.filter(expires_at__lte=await in_days(0)).update(uses_left=0)
    open_one = await offered.get_or_none()
    if open_one is not None:
        return int(open_one.id)
    invitation = await Invitation.create(
        group_id=group.id, member_id=member.id, invited_by_id=actor.member_id, expires_at=await in_days(days)
    )
    await record(
        MemberInvited(
            group_id=group.id,
            member_id=member.id,
            invitation_id=invitation.id,
            invited_by=actor.member_id,
        )
    )
    await audit(actor.member_id, "group.invited", "member", member.id, group_id=group.id)
    return int(invitation.id)


@command
async def make_invitation_link(actor: Actor, slug: str, uses: int, days: int = 30) -> tuple[int, str]:
    """A link for ``uses`` people. Returns the invitation's id and the token, which is stored only as a hash."""
    group = await door(actor, slug)
    require(can_invite(actor, group))
    assert actor.member_id is not None
    token = secrets.token_urlsafe(24)
    invitation = await Invitation.create(
        group_id=group.id,
        token_hash=_hash(token),
        invited_by_id=actor.member_id,
        uses_left=uses,
        expires_at=await in_days(days),
    )
    await audit(actor.member_id, "group.link_made", "invitation", invitation.id, group_id=group.id)
    return int(invitation.id), token


@command
async def accept_invitation(actor: Actor, invitation_id: int) -> GroupState:
    """Take the place that a personal invitation offers: its own door, for a hidden group lists nobody else."""
    require(can_act(actor))
    invitation = await Invitation.get_or_none(id=invitation_id, member_id=actor.member_id)
    return await _accept(actor, invitation)


@command
async def accept_link(actor: Actor, token: str) -> GroupState:
    """Take a place by a link; at most as many people as it was made for (R30)."""
    require(can_act(actor))
    return await _accept(actor, await Invitation.get_or_none(token_hash=_hash(token)))


async def _accept(actor: Actor, invitation: Invitation | None) -> GroupState:
    assert actor.member_id is not None
    if invitation is None:
        raise NotFound
    group = await state_of(invitation.group_id)
    if group.id in actor.banned:
        # Where they may not even know of the group, an old invitation does not tell.
        raise NotAllowed("banned") if group.id in actor.listed else NotFound
    if actor.belongs_to(group.id):
        return group
    # The decrement is the lock: two who hold the last use queue on this row, and the second finds none.
    used = await Invitation.filter(
        id=invitation.id, uses_left__gt=0, expires_at__gt=await in_days(0)
    ).update(uses_left=F("uses_left") - 1)
    if not used:
        raise NotFound
    await give_place(group.id, actor.member_id, MANUAL)
    return group


async def in_days(days: int) -> datetime:
    """So many days from now, by the database's clock."""
    async with connection() as sql:
        now = await sql.fetchval(NOW)
    assert isinstance(now, datetime)
    return now.astimezone(UTC) + timedelta(days=days)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
