"""Tell members what concerns them, once per cause; and let them say that they have seen it."""
from collections.abc import Iterable

from auth.actor import Actor
from forum.kit.errors import NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things
from forum.notifications.models import NoticeKind

# One row per member and cause: a post that both answers and names somebody tells them once.
NOTIFY = """
    INSERT INTO notices (member_id, cause, kind, actor_id, group_id, thread_id, post_id, note, initiative_id, case_id,
        act_id)
    SELECT m, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
    FROM unnest($1::bigint[]) m ON CONFLICT (member_id, cause) DO NOTHING
"""
READ = "UPDATE notices SET read_at = now() WHERE id = $1 AND member_id = $2 RETURNING id"
READ_ALL = "UPDATE notices SET read_at = now() WHERE member_id = $1 AND read_at IS NULL"


async def notify(
    members: Iterable[int],
    kind: NoticeKind,
    cause: str,
    *,
    actor_id: int | None = None,
    group_id: int | None = None,
    thread_id: int | None = None,
    post_id: int | None = None,
    initiative_id: int | None = None,
    case_id: int | None = None,
    act_id: int | None = None,
    note: str = "",
) -> None:
    """Leave a notice for each member; whoever has one for this cause keeps that one."""
    told = sorted(set(members) - {actor_id})
    if told:
        async with connection() as sql:
            await sql.execute(
                NOTIFY, told, cause, kind.value, actor_id, group_id, thread_id, post_id, note, initiative_id, case_id,
                act_id,
            )  # fmt: skip


@command
async def mark_notice_read(actor: Actor, notice_id: int) -> None:
    require(can_keep_own_things(actor))
    async with connection() as sql:
        if await sql.fetchval(READ, notice_id, actor.member_id) is None:
            raise NotFound


@command
async def mark_all_notices_read(actor: Actor) -> None:
    require(can_keep_own_things(actor))
    async with connection() as sql:
        await sql.execute(READ_ALL, actor.member_id)
