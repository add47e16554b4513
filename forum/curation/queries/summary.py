"""The summary of a thread, and its history."""
from typing import Final

from auth.actor import Actor
from forum.curation.policies import can_read_summary, can_read_summary_history, can_write_summary
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.threads.queries import thread_door

SUMMARY: Final = """
    SELECT json_build_object('body', s.body, 'html', s.html, 'through', s.through_number, 'version', s.version,
        'at', s.edited_at, 'by', json_build_object('username', m.username, 'name', m.display_name),
        'newer', n.count, 'first_newer', n.first)
    FROM summaries s JOIN members m ON m.id = s.edited_by_id
    CROSS JOIN LATERAL (SELECT count(*), min(n.number) AS first FROM posts n
        WHERE n.thread_id = s.thread_id AND n.number > s.through_number AND n.state = 'public') n
    WHERE s.thread_id = $1 AND s.removed_at IS NULL
"""
# $2: also where it was removed. The last hundred, as with posts.
REVISIONS: Final = """
    SELECT json_build_object('items', json_agg(json_build_object('version', v.version, 'body', v.body,
        'through', v.through_number, 'at', v.edited_at,
        'by', json_build_object('username', m.username, 'name', m.display_name)) ORDER BY v.version DESC), 'next', null)
    FROM (
        SELECT r.* FROM summaries s, LATERAL (
            SELECT s.version, s.body, s.through_number, s.edited_by_id, s.edited_at
            UNION ALL
            (SELECT version, body, through_number, edited_by_id, edited_at FROM summary_revisions
             WHERE summary_id = s.id ORDER BY version DESC LIMIT 99)
        ) r WHERE s.thread_id = $1 AND ($2 OR s.removed_at IS NULL)
    ) v JOIN members m ON m.id = v.edited_by_id
    HAVING count(*) > 0
"""


async def summary(actor: Actor, thread_id: int) -> bytes:
    """SummaryDoc."""
    require(can_read_summary(actor, await thread_door(actor, thread_id)))
    return await _found(SUMMARY, thread_id)


async def summary_revisions(actor: Actor, thread_id: int) -> bytes:
    """SummaryRevisions, newest first, the text as it stands included; of a removed one for those who write it."""
    thread = await thread_door(actor, thread_id)
    require(can_read_summary_history(actor, thread))
    return await _found(REVISIONS, thread_id, bool(can_write_summary(actor, thread)))


async def _found(statement: str, *values: object) -> bytes:
    async with connection() as sql:
        body = await sql.fetchval(statement, *values)
    if body is None:
        raise NotFound
    return bytes(body)
