"""Threads by their tags, and the tags of a group."""
from typing import Final
from urllib.parse import quote, urlencode

from auth.actor import Actor
from forum.groups.policies import can_read
from forum.groups.queries import door
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.threads.statements import LATEST_THREADS
from forum.threads.tags import fold_tag

# $1 member, $2 groups, $3 before, $4 limit, $5 tag, $6 the list's address up to "before". That there are tags says that
# the index of those may be used.
TAGGED: Final = LATEST_THREADS.replace(
    "WHERE group_id", "WHERE tags <> '{}' AND tags @> ARRAY[$5::text] AND group_id"
).replace("'/api/v1/threads?before='", "$6::text || 'before='")
# $1 group
TAGS: Final = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object('tag', c.tag, 'count', c.count)
        ORDER BY c.count DESC, c.tag), '[]'), 'next', null)
    FROM (SELECT tag, count(*) FROM threads, unnest(tags) tag
          WHERE group_id = $1 AND post_count > 0 AND tags <> '{}' GROUP BY tag ORDER BY 2 DESC, tag LIMIT 100) c
"""


async def tagged_threads(actor: Actor, tag: str, group: str, before: int, limit: int) -> bytes:
    """ThreadList by the last post, in one group or in all that this actor may read."""
    tag, groups = fold_tag(tag), list(actor.readable)
    if group:
        state = await door(actor, group)
        require(can_read(actor, state))
        groups = [state.id]
    narrowed = urlencode({"group": group}) + "&" if group else ""
    path = f"/api/v1/tags/{quote(tag, safe='')}/threads?{narrowed}"
    async with connection() as sql:
        return bytes(await sql.fetchval(TAGGED, actor.member_id, groups, before or None, limit, tag, path))


async def group_tags(actor: Actor, slug: str) -> bytes:
    """TagList: the hundred most used ones."""
    state = await door(actor, slug)
    require(can_read(actor, state))
    async with connection() as sql:
        return bytes(await sql.fetchval(TAGS, state.id))
