"""Who is told of what. Each job re-reads: what was so when the fact was recorded may not be so now."""
from auth.actor import Status
from forum.groups.models import Invitation, JoinRequest, RequestState
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.members.models import Member
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

# The people to tell of a post, each with the strongest reason; only active ones who may read the group, who have not
# muted the thread, and (for what they follow) not the group.
AUDIENCE = """
    WITH post AS (
        SELECT p.id, p.author_id, p.number, p.thread_id, t.group_id, g.visibility, r.author_id AS answered,
               t.author_id AS opener
        FROM posts p JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
        LEFT JOIN posts r ON r.id = p.in_reply_to_id
        WHERE p.id = $1 AND p.state = 'public'
    ), told AS (
        SELECT m.member_id, 1 AS rank, 'mention' AS kind FROM mentions m JOIN post ON post.id = m.post_id
        UNION ALL
        SELECT coalesce(answered, opener), 2, 'reply' FROM post WHERE number > 1
        UNION ALL
        SELECT f.member_id, 3, 'followed' FROM thread_follows f JOIN post USING (thread_id) WHERE f.level = 'all'
        UNION ALL
        SELECT f.member_id, 3, 'followed' FROM group_follows f JOIN post USING (group_id)
        WHERE f.level = 'all' AND post.number = 1
    )
    SELECT DISTINCT ON (told.member_id) told.member_id, told.kind, post.author_id, post.thread_id, post.group_id
    FROM told CROSS JOIN post JOIN members m ON m.id = told.member_id
    LEFT JOIN memberships p ON p.group_id = post.group_id AND p.member_id = m.id
    WHERE m.status = 'active' AND m.id <> post.author_id
      AND (post.visibility IN ('public', 'members') OR p.id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM bans b WHERE b.group_id = post.group_id AND b.member_id = m.id)
      AND NOT EXISTS (SELECT FROM thread_follows f
                      WHERE f.thread_id = post.thread_id AND f.member_id = m.id AND f.level = 'mute')
      AND NOT (told.rank > 1 AND EXISTS (SELECT FROM thread_follows f
               WHERE f.thread_id = post.thread_id AND f.member_id = m.id AND f.level = 'mentions'))
      AND NOT (told.rank > 1 AND EXISTS (SELECT FROM group_follows f
               WHERE f.group_id = post.group_id AND f.member_id = m.id AND f.level IN ('mute', 'mentions')))
    ORDER BY told.member_id, told.rank
"""
FACILITATORS = "SELECT member_id FROM memberships WHERE group_id = $1 AND role = 'facilitator'"
STAFF = "SELECT id FROM members WHERE staff IS NOT NULL AND status = 'active'"
ROSTER_OF = "SELECT visibility = 'hidden' AS hidden, current_date AS today FROM groups WHERE id = $1"
ACCEPTED = """
    SELECT p.author_id, t.group_id, t.id AS thread_id FROM threads t JOIN posts p ON p.id = t.accepted_post_id
    WHERE p.id = $1 AND p.state = 'public'
"""


@job("notifications.tell_of_post", lane=Lane.NOTICES)
@command
async def tell_of_post(post_id: int) -> None:
    """Mentions, replies and followed threads, from one post."""
    await _tell(post_id, ("mention", "reply", "followed"))


@job("notifications.tell_of_edit", lane=Lane.NOTICES)
@command
async def tell_of_edit(post_id: int) -> None:
    """Who is named in a post now; whoever began to follow its thread since it was written has nothing to be told."""
    await _tell(post_id, ("mention",))


async def _tell(post_id: int, kinds: tuple[str, ...]) -> None:
    async with connection() as sql:
        rows = await sql.fetch(AUDIENCE, post_id)
    for kind in kinds:
        told = [row for row in rows if row["kind"] == kind]
        if told:
            await notify(
                [row["member_id"] for row in told],
                NoticeKind(kind),
                f"post:{post_id}",
                actor_id=told[0]["author_id"],
                group_id=told[0]["group_id"],
                thread_id=told[0]["thread_id"],
                post_id=post_id,
            )


@job("notifications.tell_of_acceptance", lane=Lane.NOTICES)
@command
async def tell_of_acceptance(post_id: int, actor_id: int) -> None:
    """The author of an accepted answer."""
    async with connection() as sql:
        row = await sql.fetchrow(ACCEPTED, post_id)
    if row is not None:
        await notify(
            [row["author_id"]],
            NoticeKind.ACCEPTED,
            f"accepted:{post_id}",
            actor_id=actor_id,
            group_id=row["group_id"],
            thread_id=row["thread_id"],
            post_id=post_id,
        )


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


@job("notifications.tell_of_report", lane=Lane.NOTICES)
@command
async def tell_of_report(post_id: int, reporter_id: int, thread_id: int, group_id: int, note: str) -> None:
    if await Member.filter(id=reporter_id, status=Status.ACTIVE).exists():
        await notify(
            await keepers(group_id),
            NoticeKind.REPORT,
            f"report:{post_id}:{reporter_id}",
            actor_id=reporter_id,
            group_id=group_id,
            thread_id=thread_id,
            post_id=post_id,
            note=note,
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
