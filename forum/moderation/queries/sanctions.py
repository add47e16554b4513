"""Reading sanctions: the member their own; facilitators those of their groups; staff all that they may know of."""
from collections.abc import Sequence

import asyncpg

from auth.actor import Actor, GroupRole
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things
from forum.members.queries import id_of
from forum.moderation.policies import can_see_sanctions
from forum.moderation.standing import ENDS

# s: the sanction; $1 the reader. Who gave it is for those who look after the place, the case for whom it is about.
DOC = (
    """
    json_build_object('id', s.id, 'kind', s.kind, 'reason', s.reason, 'at', s.created_at,
        'member', json_build_object('username', w.username, 'name', w.display_name),
        'group', CASE WHEN g.id IS NOT NULL THEN json_build_object('slug', g.slug, 'title', g.title) END,
        'until', s.until, 'holds_until', nullif("""
    + ENDS
    + """, 'infinity'),
        'state', CASE WHEN s.lifted_at IS NOT NULL THEN 'lifted' WHEN s.kind = 'warning' THEN 'given'
            WHEN """
    + ENDS
    + """ <= now() THEN 'over' WHEN s.needs_confirmation AND s.confirmed_by_id IS NULL THEN 'waiting'
            ELSE 'holds' END,
        'by', CASE WHEN s.member_id <> $1 THEN
            json_build_object('username', b.username, 'name', b.display_name) END,
        'confirmed_by', CASE WHEN s.member_id <> $1 AND c.id IS NOT NULL THEN
            json_build_object('username', c.username, 'name', c.display_name) END,
        'case_id', CASE WHEN s.member_id = $1 THEN s.case_id END)
"""
)
_LIST = (
    "SELECT json_build_object('items', coalesce(json_agg("
    + DOC
    + """ ORDER BY s.id DESC), '[]'), 'next', null)
    FROM (SELECT s.* FROM sanctions s WHERE """
)
_END = """ ORDER BY s.id DESC LIMIT 200) s
    JOIN members w ON w.id = s.member_id JOIN members b ON b.id = s.given_by_id
    LEFT JOIN members c ON c.id = s.confirmed_by_id LEFT JOIN groups g ON g.id = s.group_id
"""
# $2 member, $3 groups of which they may know, $4 whether what belongs to the site is theirs to know
OF_MEMBER = (
    _LIST
    + """
    s.member_id = $2 AND (s.member_id = $1 OR (s.group_id IS NULL AND $4) OR s.group_id = ANY($3::bigint[]))
"""
    + _END
)
# $2 groups in which they may agree, $3 whether on the site as well
WAITING = (
    _LIST
    + """
    s.needs_confirmation AND s.confirmed_by_id IS NULL AND s.lifted_at IS NULL AND s.member_id <> $1
    AND s.given_by_id <> $1 AND s.created_at > now() - interval '7 days'
    AND ((s.group_id IS NULL AND $3) OR s.group_id = ANY($2::bigint[]))
"""
    + _END
)
# $1 member, $2 groups
PLACES = """
    SELECT g.slug, g.title FROM groups g WHERE g.id = ANY($2::bigint[]) AND (
        EXISTS (SELECT FROM memberships m WHERE m.group_id = g.id AND m.member_id = $1)
        OR EXISTS (SELECT FROM sanctions s WHERE s.group_id = g.id AND s.member_id = $1))
    ORDER BY g.title, g.id
"""


def _facilitated(actor: Actor) -> list[int]:
    return [group for group, role in actor.roles.items() if role is GroupRole.FACILITATOR]


async def sanctions_of(actor: Actor, username: str) -> bytes:
    """SanctionList, the newest first, as far as this actor may know."""
    member_id = await _known(actor, username)
    groups = list(actor.listed) if actor.is_staff else _facilitated(actor)
    async with connection() as sql:
        return bytes(await sql.fetchval(OF_MEMBER, actor.member_id, member_id, groups, actor.is_staff))


async def own_sanctions(actor: Actor) -> bytes:
    """SanctionList of one's own: reasons and ends, not who gave them."""
    require(can_keep_own_things(actor))
    async with connection() as sql:
        return bytes(await sql.fetchval(OF_MEMBER, actor.member_id, actor.own_id, [], False))


async def waiting_for_confirmation(actor: Actor) -> bytes:
    """SanctionList of suspensions that this actor could be the second person for."""
    require(can_see_sanctions(actor, None))
    groups = [*_facilitated(actor), *(actor.opened if actor.is_staff else ())]
    async with connection() as sql:
        return bytes(await sql.fetchval(WAITING, actor.member_id, groups, actor.is_staff))


async def places_for(actor: Actor, username: str) -> Sequence[asyncpg.Record]:
    """The groups (slug, title) in which this actor could do something about that member."""
    member_id = await _known(actor, username)
    groups = list(actor.readable) if actor.is_staff else _facilitated(actor)
    async with connection() as sql:
        return list(await sql.fetch(PLACES, member_id, groups))


async def _known(actor: Actor, username: str) -> int:
    require(can_see_sanctions(actor, None))
    member_id = await id_of(username)
    if member_id is None:
        raise NotFound
    return member_id
