"""Reading groups. Every statement is narrowed by what the actor may know of or read."""
from collections.abc import Iterable

import asyncpg
import msgspec

from auth.actor import Actor
from forum.groups.models import JoinPolicy, Visibility
from forum.groups.policies import GroupState, can_list_members, can_manage_members, can_see_card
from forum.kit.errors import NotFound
from forum.kit.text import literal
from forum.kit.transaction import connection
from forum.kit.verdict import require

# What `state` makes a GroupState of; g is the group.
STATE_COLUMNS = """
    g.id, g.slug, g.title, g.visibility, g.policy, g.members_may_invite, g.slow_seconds,
    EXISTS (SELECT FROM memberships f WHERE f.group_id = g.id AND f.role = 'facilitator') AS has_facilitator
"""
STATE = "SELECT " + STATE_COLUMNS + " FROM groups g"
STATE_BY_SLUG = STATE + " WHERE g.slug = $1 AND g.id = ANY($2::bigint[])"
STATE_BY_ID = STATE + " WHERE g.id = $1"

# $1 member, $2 listed, $3 readable
CARD = """
    SELECT g.id, g.slug, g.title, g.theme, g.purpose, g.language, g.visibility, g.policy,
           CASE WHEN g.id = ANY($3::bigint[]) THEN g.member_count END AS member_count,
           CASE WHEN g.id = ANY($3::bigint[]) THEN g.thread_count END AS thread_count,
           CASE WHEN g.id = ANY($3::bigint[]) THEN g.last_post_at END AS last_post_at,
           CASE WHEN m.id IS NOT NULL THEN json_build_object('role', m.role, 'since', m.created_at) END AS membership,
           EXISTS (SELECT FROM join_requests r
                   WHERE r.group_id = g.id AND r.member_id = $1 AND r.state = 'waiting') AS requested,
           coalesce(unread.threads, 0) AS unread, g.position
    FROM groups g
    LEFT JOIN memberships m ON m.group_id = g.id AND m.member_id = $1
    LEFT JOIN LATERAL (
        SELECT count(*) AS threads FROM threads t
        JOIN group_marks gm ON gm.group_id = g.id AND gm.member_id = $1
        LEFT JOIN reading_marks rm ON rm.thread_id = t.id AND rm.member_id = $1
        WHERE m.id IS NOT NULL AND g.id = ANY($3::bigint[]) AND t.group_id = g.id
          AND t.last_post_id > gm.through_post_id AND t.last_number > coalesce(rm.last_number, 0)
          AND NOT EXISTS (SELECT FROM thread_follows tf
                          WHERE tf.thread_id = t.id AND tf.member_id = $1 AND tf.level = 'mute')
    ) unread ON true
    WHERE g.id = ANY($2::bigint[])
"""
LIST = (
    """
    SELECT json_build_object('items', coalesce(json_agg(row_to_json(card) ORDER BY card.position, card.id), '[]'),
                             'next', null)
    FROM ("""
    + CARD
    + """
        AND ($1::bigint IS NOT NULL OR g.visibility <> 'members')
        AND ($4::text IS NULL OR g.theme = $4) AND ($5::text IS NULL OR g.language = $5)
        AND (NOT $6::boolean OR m.id IS NOT NULL)
        AND (g.title ILIKE ALL($7::text[]) OR g.purpose ILIKE ALL($7::text[]))
    ) card
"""
)
PAGE = (
    """
    SELECT row_to_json(page) FROM (
        SELECT card.*, g.rules, g.members_may_invite, g.cosponsor_goal, g.gathering_days, g.anyone_may_cosponsor,
               (SELECT coalesce(json_agg(json_build_object('username', p.username, 'name', p.display_name)
                                         ORDER BY p.display_name), '[]')
                FROM memberships f JOIN members p ON p.id = f.member_id
                WHERE f.group_id = g.id AND f.role = 'facilitator' AND $1::bigint IS NOT NULL
                  AND g.id = ANY($3::bigint[])) AS facilitators,
               EXISTS (SELECT FROM memberships f WHERE f.group_id = g.id AND f.role = 'facilitator') AS has_facilitator,
               (SELECT level FROM group_follows gf WHERE gf.group_id = g.id AND gf.member_id = $1) AS follow,
               (SELECT count(*) FROM cases c WHERE c.group_id = g.id AND c.decided_at IS NULL AND c.author_id <> $1
                  AND g.id = ANY($3::bigint[]) AND (EXISTS (SELECT FROM memberships f
                      WHERE f.group_id = g.id AND f.member_id = $1 AND f.role = 'facilitator')
                    OR EXISTS (SELECT FROM members s WHERE s.id = $1 AND s.staff IS NOT NULL))) AS open_cases
        FROM ("""
    + CARD
    + """ AND g.slug = $4) card JOIN groups g ON g.id = card.id
    ) page
"""
)
MEMBERS = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'username', p.username, 'name', p.display_name, 'role', p.role, 'editor', p.editor, 'since', p.created_at,
        'country', p.country, 'sector', p.sector) ORDER BY p.id) FILTER (WHERE p.n <= $3), '[]'),
        'next', CASE WHEN count(*) > $3 THEN (max(p.id) FILTER (WHERE p.n <= $3))::text END)
    FROM (
        SELECT m.id, m.role, m.editor, m.created_at, p.username, p.display_name,
               CASE WHEN coalesce(p.audiences ->> 'country', 'members') <> 'me' THEN p.country END AS country,
               CASE WHEN coalesce(p.audiences ->> 'sector', 'members') <> 'me' THEN p.sector END AS sector,
               row_number() OVER (ORDER BY m.id) AS n
        FROM memberships m JOIN members p ON p.id = m.member_id
        WHERE m.group_id = $1 AND m.id > $2 ORDER BY m.id LIMIT $3 + 1
    ) p
"""
REQUESTS = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'id', r.id, 'member', json_build_object('username', p.username, 'name', p.display_name),
        'reason', r.reason, 'state', r.state, 'created_at', r.created_at) ORDER BY r.id), '[]'), 'next', null)
    FROM (SELECT * FROM join_requests WHERE group_id = $1 AND state = 'waiting' ORDER BY id LIMIT 500) r
    JOIN members p ON p.id = r.member_id
"""
# What somebody looks after (`policies.looks_after`), to lead a course to.
LOOKED_AFTER = """
    SELECT g.id, g.slug, g.title FROM groups g JOIN members m ON m.id = $1 AND m.status = 'active'
    LEFT JOIN memberships ms ON ms.group_id = g.id AND ms.member_id = m.id
    WHERE ms.role = 'facilitator' OR (m.staff IS NOT NULL AND g.visibility <> 'hidden'
        AND NOT EXISTS (SELECT FROM memberships f WHERE f.group_id = g.id AND f.role = 'facilitator'))
    ORDER BY g.title, g.id
"""
HELD_BY = """
    SELECT g.slug FROM grants h JOIN memberships ms ON ms.id = h.membership_id JOIN groups g ON g.id = ms.group_id
    WHERE ms.member_id = $1 AND h.source = $2 AND h.leaves_at IS NULL AND NOT h.kept ORDER BY g.slug
"""
IDS = "SELECT slug, id FROM groups WHERE slug = ANY($1::text[])"


async def looked_after(member_id: int) -> list[asyncpg.Record]:
    """The groups (id, slug, title) that a member looks after, by title."""
    async with connection() as sql:
        return list(await sql.fetch(LOOKED_AFTER, member_id))


async def ids_of(slugs: Iterable[str]) -> dict[str, int]:
    """Ids by slug; what is not there is missing."""
    async with connection() as sql:
        return {row["slug"]: row["id"] for row in await sql.fetch(IDS, list(slugs))}


async def held_by(member_id: int, source: str) -> list[str]:
    """Slugs of the groups in which this source now gives the member a place."""
    async with connection() as sql:
        return [row["slug"] for row in await sql.fetch(HELD_BY, member_id, source)]


async def door(actor: Actor, slug: str) -> GroupState:
    """The group, if this actor may know of it; NotFound otherwise."""
    async with connection() as sql:
        row = await sql.fetchrow(STATE_BY_SLUG, slug, list(actor.listed))
    if row is None:
        raise NotFound
    return state(row)


async def state_of(group_id: int) -> GroupState:
    """The group without a door: for commands that came through another one (an invitation, a request)."""
    async with connection() as sql:
        row = await sql.fetchrow(STATE_BY_ID, group_id)
    if row is None:
        raise NotFound
    return state(row)


def state(row: asyncpg.Record) -> GroupState:
    return GroupState(
        id=row["id"],
        slug=row["slug"],
        title=row["title"],
        visibility=Visibility(row["visibility"]),
        policy=JoinPolicy(row["policy"]),
        members_may_invite=row["members_may_invite"],
        has_facilitator=row["has_facilitator"],
        slow_seconds=row["slow_seconds"],
    )


async def group_list(
    actor: Actor, theme: str | None = None, language: str | None = None, *, mine: bool = False, q: str = ""
) -> bytes:
    """GroupList: every group whose card this actor may see; with ``q``, those whose title or purpose has its words."""
    patterns = [f"%{literal(word)}%" for word in q.split()]
    async with connection() as sql:
        return bytes(
            await sql.fetchval(
                LIST, actor.member_id, list(actor.listed), list(actor.readable), theme, language, mine, patterns
            )
        )


async def group_page(actor: Actor, slug: str) -> bytes:
    """GroupPage; NotFound, or the refusal of its card."""
    async with connection() as sql:
        body = await sql.fetchval(PAGE, actor.member_id, list(actor.listed), list(actor.readable), slug)
    return await behind_door(actor, slug, body)


async def behind_door(actor: Actor, slug: str, body: bytes | None) -> bytes:
    """A group's document as it was found, or the refusal of its card; readable groups need no second question."""
    if body is None:
        raise NotFound
    if actor.is_anonymous and _id_of(body) not in actor.readable:
        require(can_see_card(actor, await door(actor, slug)))
    return bytes(body)


class _Id(msgspec.Struct, frozen=True):
    id: int


def _id_of(body: bytes) -> int:
    return msgspec.json.decode(body, type=_Id).id


async def group_members(actor: Actor, slug: str, after: int, limit: int) -> bytes:
    """GroupMembers, whose ``next`` is still the last id: the surface makes it an address."""
    group = await door(actor, slug)
    require(can_list_members(actor, group))
    async with connection() as sql:
        return bytes(await sql.fetchval(MEMBERS, group.id, after, limit))


async def waiting_requests(actor: Actor, slug: str) -> bytes:
    """RequestList, for those who look after the group."""
    group = await door(actor, slug)
    require(can_manage_members(actor, group))
    async with connection() as sql:
        return bytes(await sql.fetchval(REQUESTS, group.id))
