"""Who is told of places in groups. Each job re-reads: what was so when the fact was recorded may not be so now."""
from forum.groups.models import Invitation, JoinRequest, RequestState
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

FACILITATORS = "SELECT member_id FROM memberships WHERE group_id = $1 AND role = 'facilitator'"
STAFF = "SELECT id FROM members WHERE staff IS NOT NULL AND status = 'active'"
ROSTER_OF = "SELECT visibility = 'hidden' AS hidden, current_date AS today FROM groups WHERE id = $1"


@job("notifications.tell_of_invitation", lane=Lane.NOTICES)
@command
async def tell_of_invitation(invitation_id: int) -> None:
    invitation = await Invitation.get_or_none(id=invitation_id, uses_left__gt=0)
    if invitation is not None and invitation.member_id is not None:
        await notify(
            [invitation.member_id],
            NoticeKind.INVITATION,
            f"invitation:{invitation_id}",
            actor_id=invitation.invited_by_id,
            group_id=invitation.group_id,
        )


@job("notifications.tell_of_request", lane=Lane.NOTICES)
@command
async def tell_of_request(request_id: int) -> None:
    """Those who look after the group: its facilitators, or staff while it has none."""
    request = await JoinRequest.get_or_none(id=request_id, state=RequestState.WAITING)
    if request is not None:
        await notify(
            await keepers(request.group_id),
            NoticeKind.REQUEST,
            f"request:{request_id}",
            actor_id=request.member_id,
            group_id=request.group_id,
        )


@job("notifications.tell_of_decision", lane=Lane.NOTICES)
@command
async def tell_of_decision(request_id: int) -> None:
    request = await JoinRequest.get_or_none(id=request_id)
    if request is not None and request.state in (RequestState.APPROVED, RequestState.REFUSED):
        kind = NoticeKind.APPROVED if request.state is RequestState.APPROVED else NoticeKind.REFUSED
        await notify(
            [request.member_id],
            kind,
            f"decision:{request_id}",
            actor_id=request.decided_by_id,
            group_id=request.group_id,
            note=request.answer,
        )


@job("notifications.tell_of_orphaned_group", lane=Lane.NOTICES)
@command
async def tell_of_orphaned_group(group_id: int) -> None:
    """Staff look after a group whose last facilitator a source took away."""
    async with connection() as sql:
        if not await sql.fetch(FACILITATORS, group_id):
            staff = [row["id"] for row in await sql.fetch(STAFF)]
            await notify(staff, NoticeKind.ORPHANED_GROUP, f"orphaned:{group_id}", group_id=group_id)


@job("notifications.tell_of_stopped_roster", lane=Lane.NOTICES)
@command
async def tell_of_stopped_roster(group_id: int, source: str, leaving: int, present: int) -> None:
    """Staff, once a day and group; of a hidden group they learn the course's source only."""
    async with connection() as sql:
        group = await sql.fetchrow(ROSTER_OF, group_id)
        staff = [row["id"] for row in await sql.fetch(STAFF)]
    if group is not None:
        await notify(
            staff,
            NoticeKind.ROSTER_STOPPED,
            f"roster:{group_id}:{group['today']}",
            group_id=None if group["hidden"] else group_id,
            note=f"{source}: {leaving}/{present}",
        )


async def keepers(group_id: int) -> list[int]:
    """The members who look after a group."""
    async with connection() as sql:
        rows = await sql.fetch(FACILITATORS, group_id)
        if not rows:
            return [row["id"] for row in await sql.fetch(STAFF)]
    return [row["member_id"] for row in rows]
