"""Who is told of what those who look after the place did: whom it concerns. Each job re-reads."""
from typing import Final

from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.moderation.models import ActKind
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

# Nothing is taken from anybody by a pin, a tag or a language; a summary is the whole group's.
NOT_TOLD: Final = frozenset({
    ActKind.GLASS_OPENED, ActKind.SLOW_MODE_SET, ActKind.THREAD_PINNED, ActKind.THREAD_UNPINNED, ActKind.THREAD_TAGGED,
    ActKind.THREAD_LANGUAGE_SET, ActKind.SUMMARY_REMOVED,
})  # fmt: skip
# $1 act, $2 kinds that nobody is told of, $3 whether it is of the undoing. Whom it concerns: the member whom it names,
# else who wrote the post or the thread, and who wrote what was hidden along with it. Nobody is told of what they did
# themselves, and of an undoing only who was told of the act.
CONCERNED = """
    SELECT m.id, k.group_id, k.thread_id, k.post_id
    FROM acts k
    LEFT JOIN posts p ON p.id = k.post_id LEFT JOIN threads t ON t.id = k.thread_id
    CROSS JOIN LATERAL (
        SELECT coalesce(k.member_id, CASE split_part(k.kind, '.', 1) WHEN 'post' THEN coalesce(p.author_id, t.author_id)
                                     WHEN 'thread' THEN t.author_id END) AS id
        UNION
        SELECT w.author_id FROM posts w WHERE k.kind LIKE 'post.%'
            AND w.id IN (SELECT id::bigint FROM jsonb_object_keys(coalesce(k.undo -> 'was', '{}')) AS id)
    ) told
    JOIN members m ON m.id = told.id AND m.status <> 'deactivated'
    WHERE k.id = $1 AND k.kind <> ALL($2::text[]) AND k.undone_at IS NOT NULL = $3
      AND m.id IS DISTINCT FROM CASE WHEN $3 THEN k.undone_by_id ELSE k.actor_id END
      AND (NOT $3 OR EXISTS (SELECT FROM notices n WHERE n.member_id = m.id AND n.cause = 'act:' || k.id))
"""


@job("notifications.tell_of_act", lane=Lane.NOTICES)
@command
async def tell_of_act(act_id: int) -> None:
    """Not of one that was undone by the time it is told."""
    await _tell(act_id, NoticeKind.ACTED, f"act:{act_id}", undone=False)


@job("notifications.tell_of_undone", lane=Lane.NOTICES)
@command
async def tell_of_undone(act_id: int) -> None:
    await _tell(act_id, NoticeKind.UNDONE, f"act:{act_id}:undone", undone=True)


async def _tell(act_id: int, kind: NoticeKind, cause: str, *, undone: bool) -> None:
    """Who did it is no part of the notice: whether it may be told is asked at each reading."""
    async with connection() as sql:
        rows = await sql.fetch(CONCERNED, act_id, [each.value for each in NOT_TOLD], undone)
    if rows:
        await notify(
            [row["id"] for row in rows],
            kind,
            cause,
            group_id=rows[0]["group_id"],
            thread_id=rows[0]["thread_id"],
            post_id=rows[0]["post_id"],
            act_id=act_id,
        )
