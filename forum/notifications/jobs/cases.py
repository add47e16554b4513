"""Who is told of cases: those who may decide, and once somebody has, those who flagged. Each job re-reads."""
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.notifications.commands import notify
from forum.notifications.jobs.places import STAFF, keepers
from forum.notifications.models import NoticeKind

OPEN = "SELECT group_id, author_id FROM cases WHERE id = $1 AND decided_at IS NULL"
# Whoever flagged is told nothing of the author; where they read it no longer, nothing at all.
FLAGGERS = """
    SELECT f.member_id, c.group_id, extract(epoch FROM c.decided_at)::bigint AS at
    FROM cases c JOIN flags f ON f.case_id = c.id JOIN members m ON m.id = f.member_id AND m.status = 'active'
    WHERE c.id = $1 AND c.decided_at IS NOT NULL AND f.member_id <> c.decided_by_id
"""
APPEALED = """
    SELECT c.group_id, c.author_id, c.decided_by_id FROM appeals a JOIN cases c ON c.id = a.case_id
    WHERE c.id = $1 AND a.decided_at IS NULL
"""


@job("notifications.tell_of_case", lane=Lane.NOTICES)
@command
async def tell_of_case(case_id: int) -> None:
    """Those who look after the group, once a case."""
    await _tell_keepers(case_id, NoticeKind.REPORT, f"case:{case_id}")


@job("notifications.tell_of_waiting_case", lane=Lane.NOTICES)
@command
async def tell_of_waiting_case(case_id: int) -> None:
    await _tell_keepers(case_id, NoticeKind.CASE_WAITING, f"case_waiting:{case_id}")


async def _tell_keepers(case_id: int, kind: NoticeKind, cause: str) -> None:
    async with connection() as sql:
        case = await sql.fetchrow(OPEN, case_id)
    if case is not None:
        told = set(await _deciders(case["group_id"])) - {case["author_id"]}
        await notify(told, kind, cause, group_id=case["group_id"], case_id=case_id)


@job("notifications.tell_of_look", lane=Lane.NOTICES)
@command
async def tell_of_look(case_id: int) -> None:
    """Those who flagged it, that somebody has looked."""
    async with connection() as sql:
        rows = await sql.fetch(FLAGGERS, case_id)
    if rows:
        cause = f"looked:{case_id}"
        await notify([row["member_id"] for row in rows], NoticeKind.LOOKED, cause, group_id=rows[0]["group_id"])


@job("notifications.tell_of_appeal", lane=Lane.NOTICES)
@command
async def tell_of_appeal(case_id: int) -> None:
    """Those who may decide it: not the author, nor who decided; the site's staff where nobody else is left."""
    async with connection() as sql:
        row = await sql.fetchrow(APPEALED, case_id)
    if row is None:
        return
    barred = {row["author_id"], row["decided_by_id"]}
    told = set(await _deciders(row["group_id"])) - barred
    if not told:
        told = set(await _deciders(None)) - barred
    await notify(told, NoticeKind.APPEALED, f"appeal:{case_id}", group_id=row["group_id"], case_id=case_id)


async def _deciders(group_id: int | None) -> list[int]:
    """Of a profile, which lies in no group, the site's staff."""
    if group_id is not None:
        return await keepers(group_id)
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(STAFF)]
