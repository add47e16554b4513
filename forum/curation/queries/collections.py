"""Collections: the door, a collection, those of a group, and the feed of one."""
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from auth.actor import Actor
from forum.curation.policies import can_manage_collections
from forum.groups.policies import GroupState, can_read
from forum.groups.queries import door, state_of
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.threads.elsewhere import last_of
from forum.web.atom import Entry

MOST_LISTED: Final = 100
MOST_ENTRIES: Final = 40
GROUP_OF: Final = "SELECT group_id FROM collections WHERE id = $1"
GROUP_OF_LOCKED: Final = GROUP_OF + " FOR UPDATE"
_PERSON: Final = "json_build_object('username', {0}.username, 'name', {0}.display_name)"

# i: the item, t: its thread (or where that was merged into), p: its post. $2 readable.
_TARGETS: Final = """
    LEFT JOIN posts p ON p.id = i.post_id
    LEFT JOIN threads t ON t.id = CASE WHEN i.post_id IS NULL THEN LAST ELSE p.thread_id END
    LEFT JOIN groups tg ON tg.id = t.group_id
    LEFT JOIN members a ON a.id = coalesce(p.author_id, t.author_id)
""".replace("LAST", last_of("i.thread_id"))
_SHOWN: Final = "(i.url <> '' OR (t.group_id = ANY($2::bigint[]) AND t.post_count > 0" \
                " AND (p.id IS NULL OR p.state = 'public')))"
_TARGET: Final = (
    """
        'thread', CASE WHEN x.shown AND t.id IS NOT NULL THEN json_build_object(
            'id', t.id, 'title', t.title, 'slug', t.slug, 'language', t.language, 'post_count', t.post_count,
            'group', json_build_object('slug', tg.slug, 'title', tg.title), 'author', """
    + _PERSON.format("a")
    + """) END,
        'post', CASE WHEN x.shown AND p.id IS NOT NULL THEN json_build_object(
            'id', p.id, 'number', p.number, 'excerpt', left(p.text, 300)) END
"""
)
# $1 collection, $2 readable, $3 whether its reader keeps it: they see that something is missing (not
# what is said of it, which may tell of what they cannot read), others nothing of it.
COLLECTION: Final = (
    """
    SELECT json_build_object('id', c.id, 'title', c.title, 'slug', c.slug, 'language', c.language, 'body', c.body,
        'html', c.html, 'version', c.version, 'group', json_build_object('slug', g.slug, 'title', g.title),
        'public', g.visibility = 'public', 'by', """
    + _PERSON.format("m")
    + """, 'created_at', c.created_at, 'edited_at', c.edited_at,
        'items', coalesce((SELECT json_agg(each.item ORDER BY each.position, each.id) FROM (
            SELECT i.position, i.id, json_build_object('id', i.id,
                'kind', CASE WHEN i.url <> '' THEN 'link' WHEN i.post_id IS NOT NULL THEN 'post' ELSE 'thread' END,
                'missing', NOT x.shown, 'url', nullif(i.url, ''), 'title', nullif(i.title, ''),
                'note', CASE WHEN x.shown THEN i.note ELSE '' END,
                'html', CASE WHEN x.shown THEN i.html ELSE '' END, """
    + _TARGET
    + """) AS item
            FROM collection_items i"""
    + _TARGETS
    + " CROSS JOIN LATERAL (SELECT coalesce("
    + _SHOWN
    + """, false) AS shown) x
            WHERE i.collection_id = c.id AND ($3::boolean OR x.shown)) each), '[]'))
    FROM collections c JOIN groups g ON g.id = c.group_id JOIN members m ON m.id = c.made_by_id WHERE c.id = $1
"""
)
# $1 group
OF_GROUP: Final = (
    """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object('id', c.id, 'title', c.title, 'slug', c.slug,
        'language', c.language, 'html', c.html, 'by', """
    + _PERSON.format("m")
    + """, 'edited_at', c.edited_at) ORDER BY c.id DESC), '[]'), 'next', null)
    FROM (SELECT * FROM collections WHERE group_id = $1 ORDER BY id DESC LIMIT 100) c
    JOIN members m ON m.id = c.made_by_id
"""
)
# $1 the groups that one keeps, $2 the group where one is
KEPT_BY: Final = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object('id', c.id, 'title', c.title,
        'group', g.title) ORDER BY c.group_id <> $2, g.title, c.id DESC), '[]'), 'next', null)
    FROM (SELECT * FROM collections WHERE group_id = ANY($1::bigint[]) ORDER BY id DESC LIMIT 200) c
    JOIN groups g ON g.id = c.group_id
"""
# $1 collection, $2 readable: public groups. Newest first.
FEED: Final = (
    """
    SELECT c.title AS of, c.language, c.created_at AS since, g.title AS group_title, i.created_at AS at, i.url, i.note,
        t.id AS thread_id, p.id AS post_id, p.number, coalesce(nullif(i.title, ''), t.title) AS title,
        coalesce(a.display_name, m.display_name) AS author
    FROM collections c JOIN groups g ON g.id = c.group_id AND g.visibility = 'public'
    JOIN members m ON m.id = c.made_by_id
    LEFT JOIN (collection_items i"""
    + _TARGETS
    + ") ON i.collection_id = c.id AND "
    + _SHOWN
    + """
    WHERE c.id = $1 ORDER BY i.id DESC LIMIT 40
"""
)
PUBLIC: Final = "SELECT array_agg(id) FROM groups WHERE visibility = 'public'"


class CollectionFeed(NamedTuple):
    title: str
    since: datetime
    entries: Sequence[Entry]


async def collection_door(actor: Actor, collection_id: int, *, lock: bool = False) -> GroupState:
    """The group of a collection, if this actor may read it; ``lock`` takes the collection's row lock."""
    async with connection() as sql:
        group_id = await sql.fetchval(GROUP_OF_LOCKED if lock else GROUP_OF, collection_id)
    if group_id is None:
        raise NotFound
    group = await state_of(group_id)
    require(can_read(actor, group))
    return group


async def collection(actor: Actor, collection_id: int) -> bytes:
    """CollectionDoc."""
    keeps = bool(can_manage_collections(actor, await collection_door(actor, collection_id)))
    async with connection() as sql:
        return bytes(await sql.fetchval(COLLECTION, collection_id, list(actor.readable), keeps))


async def group_collections(actor: Actor, slug: str) -> bytes:
    """CollectionList, the newest first."""
    group = await door(actor, slug)
    require(can_read(actor, group))
    async with connection() as sql:
        return bytes(await sql.fetchval(OF_GROUP, group.id))


async def kept_collections(actor: Actor, here: GroupState) -> bytes:
    """KeptList: those of the groups that this actor facilitates, and of this one."""
    groups = {group for group in actor.roles if actor.facilitates(group)}
    if can_manage_collections(actor, here):
        groups.add(here.id)
    async with connection() as sql:
        return bytes(await sql.fetchval(KEPT_BY, sorted(groups & set(actor.readable)), here.id))


async def collection_feed(collection_id: int, base_url: str) -> CollectionFeed:
    """What everybody may see of a public group's collection. Raises NotFound for any other."""
    async with connection() as sql:
        public = await sql.fetchval(PUBLIC) or []
        rows = await sql.fetch(FEED, collection_id, public)
    if not rows:
        raise NotFound
    entries = [_entry(row, base_url) for row in rows if row["at"] is not None]
    return CollectionFeed(rows[0]["of"], rows[0]["since"], entries)


def _entry(row: asyncpg.Record, base_url: str) -> Entry:
    ours = f"/p/{row['post_id']}" if row["post_id"] else f"/t/{row['thread_id']}"
    return Entry(
        address=row["url"] or base_url + ours,
        title=f"{row['title']} #{row['number']}" if row["post_id"] else row["title"],
        author=row["author"],
        group=row["group_title"],
        language=row["language"],
        published=row["at"],
        updated=row["at"],
        summary=row["note"],
    )
