"""What people change about their own account, and how a newcomer is let in."""
from zoneinfo import available_timezones

import msgspec
from tortoise.expressions import F

from auth.actor import Actor, StaffRole, Status
from forum.kit.errors import Invalid, NotFound, PreconditionMissing, Stale
from forum.kit.fields import body_field, line_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.members.facts import MemberApproved, ProfileEdited
from forum.members.models import Member
from forum.members.policies import can_approve_members, can_edit_profile
from forum.members.queries import id_of
from forum.members.schemas import ProfileEdit
from forum.outbox.record import audit, record

AUDIENCE_FIELDS = frozenset({"country", "sector", "languages", "time_zone", "bio"})


@command
async def edit_profile(actor: Actor, edit: ProfileEdit, version: int | None) -> None:
    """Change one's own profile, field by field, if nobody (another tab) changed it since ``version``."""
    require(can_edit_profile(actor, actor.member_id or 0))
    if version is None:
        raise PreconditionMissing
    changes = {
        name: value
        for name, value in msgspec.structs.asdict(edit).items()
        if value is not msgspec.UNSET
    }
    if "name" in changes:
        changes["display_name"] = line_field(changes.pop("name"), "name", least=1, most=80)
    if "bio" in changes:
        changes["bio"] = body_field(changes["bio"], "bio", least=0, most=2000)
    if "time_zone" in changes and changes["time_zone"] not in available_timezones():
        raise Invalid({"time_zone": "unknown_choice"})
    if unknown := set(changes.get("audiences", {})) - AUDIENCE_FIELDS:
        raise Invalid({f"audiences.{sorted(unknown)[0]}": "unknown_field"})
    changed = await Member.filter(id=actor.member_id, version=version).update(
        **changes, version=F("version") + 1
    )
    if not changed:
        stored = await Member.get(id=actor.member_id)
        raise Stale(version=stored.version)
    assert actor.member_id is not None
    await record(ProfileEdited(member_id=actor.member_id))


@command
async def approve_member(actor: Actor, username: str) -> None:
    """Let a pending member in; approving twice changes nothing."""
    require(can_approve_members(actor))
    member = await Member.get_or_none(id=await id_of(username) or 0)
    if member is None or member.status not in (Status.PENDING, Status.ACTIVE):
        raise NotFound
    if not await Member.filter(id=member.id, status=Status.PENDING).update(status=Status.ACTIVE):
        return
    assert actor.member_id is not None
    await record(MemberApproved(member_id=member.id, approved_by=actor.member_id))
    await audit(
        actor.member_id,
        "member.approved",
        "member",
        member.id,
        before={"status": Status.PENDING.value},
        after={"status": Status.ACTIVE.value},
    )


@command
async def promote(username: str, role: StaffRole | None) -> None:
    """Give or take a site role: from the operator's command line, never from the web."""
    member = await Member.get_or_none(id=await id_of(username) or 0)
    if member is None:
        raise NotFound
    await Member.filter(id=member.id).update(staff=role)
    await audit(
        None,
        "member.promoted",
        "member",
        member.id,
        before={"staff": member.staff.value if member.staff else None},
        after={"staff": role.value if role else None},
    )
