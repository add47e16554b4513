"""Reading people: each field is shown to the audience its owner chose; gender to nobody."""
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from auth.actor import Actor, Scope
from auth.sessions import queries as session_queries
from auth.tokens import queries as api_tokens
from auth.ways import Way
from forum.kit.errors import NotFound
from forum.kit.text import literal
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.browsers import browser_of
from forum.members.policies import (
    can_approve_members,
    can_keep_own_things,
    can_manage_tokens,
    can_see_people,
    can_see_profile,
)
from forum.members.schemas import (
    DirectoryFilter,
    MyGroup,
    SessionDoc,
    SessionList,
    TokenDoc,
    TokenGroup,
)

PLACES = """
    (SELECT coalesce(json_agg(json_build_object('slug', g.slug, 'title', g.title, 'role', m.role)
                              ORDER BY g.title), '[]')
     FROM memberships m JOIN groups g ON g.id = m.group_id
     WHERE m.member_id = p.id AND g.id = ANY($3::bigint[]))
"""
# $1 reader, $2 username, $3 readable; the audience "groups" means those who share one with them.
PROFILE = (
    """
    SELECT json_build_object(
        'username', p.username, 'name', p.display_name, 'staff', p.staff, 'joined_at', p.created_at,
        'country', CASE WHEN 'country' = ANY(may.fields) THEN p.country END,
        'sector', CASE WHEN 'sector' = ANY(may.fields) THEN p.sector END,
        'languages', CASE WHEN 'languages' = ANY(may.fields) THEN p.languages END,
        'time_zone', CASE WHEN 'time_zone' = ANY(may.fields) THEN p.time_zone END,
        'bio', CASE WHEN 'bio' = ANY(may.fields) THEN p.bio END,
        'groups', """
    + PLACES
    + """,
        'post_count', (SELECT count(*) FROM posts o JOIN threads t ON t.id = o.thread_id
                       WHERE o.author_id = p.id AND o.state = 'public' AND t.group_id = ANY($3::bigint[])))
    FROM members p,
    LATERAL (SELECT p.id = $1 AS own, EXISTS (
        SELECT FROM memberships a JOIN memberships b ON b.group_id = a.group_id
        WHERE a.member_id = p.id AND b.member_id = $1 AND b.group_id = ANY($3::bigint[])) AS shared) near,
    LATERAL (SELECT ARRAY(
        SELECT f FROM unnest('{country,sector,languages,time_zone,bio}'::text[]) f
        WHERE near.own OR coalesce(p.audiences ->> f, 'members') = 'members'
           OR (p.audiences ->> f = 'groups' AND near.shared)) AS fields) may
    WHERE lower(p.username) = lower($2) AND p.status IN ('active', 'suspended', 'pending')
    """
)


DIRECTORY = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'username', e.username, 'name', e.display_name, 'country', e.country, 'sector', e.sector,
        'languages', e.languages, 'staff', e.staff) ORDER BY e.id) FILTER (WHERE e.n <= $6), '[]'),
        'next', CASE WHEN count(*) > $6 THEN (max(e.id) FILTER (WHERE e.n <= $6))::text END)
    FROM (
        SELECT s.*, row_number() OVER (ORDER BY s.id) AS n FROM (
            SELECT p.id, p.username, p.display_name, p.staff,
                   CASE WHEN coalesce(p.audiences ->> 'country', 'members') = 'members' THEN p.country END AS country,
                   CASE WHEN coalesce(p.audiences ->> 'sector', 'members') = 'members' THEN p.sector END AS sector,
                   CASE WHEN coalesce(p.audiences ->> 'languages', 'members') = 'members'
                        THEN p.languages END AS languages
            FROM members p WHERE p.status = 'active' AND p.id > $5
              AND ($1 = '' OR p.display_name ILIKE $1 OR p.username ILIKE $1)
        ) s
        WHERE ($2::text IS NULL OR s.country = $2) AND ($3::text IS NULL OR s.sector = $3)
          AND ($4::text IS NULL OR $4 = ANY(s.languages))
        ORDER BY s.id LIMIT $6 + 1
    ) e
"""
ME = """
    SELECT json_build_object(
        'username', p.username, 'name', p.display_name, 'email', p.email, 'status', p.status, 'staff', p.staff,
        'silenced', coalesce(p.silenced_until > now(), false), 'country', p.country, 'sector', p.sector,
        'gender', p.gender, 'languages', p.languages, 'language', p.language, 'time_zone', p.time_zone,
        'bio', p.bio, 'audiences', p.audiences, 'version', p.version,
        'unread_notices', $2::int,
        'groups', (SELECT coalesce(json_agg(json_build_object('slug', g.slug, 'title', g.title, 'role', m.role)
                                            ORDER BY g.title), '[]')
                   FROM memberships m JOIN groups g ON g.id = m.group_id
                   WHERE m.member_id = p.id AND g.id = ANY($3::bigint[])))
    FROM members p WHERE p.id = $1
"""
PENDING = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'username', p.username, 'name', p.display_name, 'email', null, 'country', p.country,
        'sector', p.sector, 'since', p.created_at) ORDER BY p.id), '[]'), 'next', null)
    FROM (SELECT * FROM members WHERE status = 'pending' ORDER BY id LIMIT 500) p
"""
MY_GROUPS = """
    SELECT g.id, g.slug, g.title FROM memberships m JOIN groups g ON g.id = m.group_id
    WHERE m.member_id = $1 AND g.id = ANY($2::bigint[]) ORDER BY g.title, g.id
"""
IDENTITIES = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'id', i.id, 'issuer', i.issuer, 'label', coalesce(w.label, i.issuer), 'since', i.created_at) ORDER BY i.id),
        '[]'), 'next', null)
    FROM identities i LEFT JOIN unnest($2::text[], $3::text[]) AS w (issuer, label) ON w.issuer = i.issuer
    WHERE i.member_id = $1
"""
STATUS = "SELECT id, status FROM members WHERE lower(username) = lower($1)"


async def profile(actor: Actor, username: str) -> bytes:
    """Profile, as far as this actor may see it."""
    async with connection() as sql:
        row = await sql.fetchrow(STATUS, username)
        known = row is not None and (row["status"] == "active" or actor.is_staff or row["id"] == actor.member_id)
        require(can_see_profile(actor, row["id"] if row is not None and known else 0))
        if not known:
            raise NotFound
        # Who sees the site as somebody else is shown of them what they show to others.
        reader = actor.viewer_id or actor.member_id
        body = await sql.fetchval(PROFILE, reader, username, list(actor.readable))
    if body is None:
        raise NotFound
    return bytes(body)


async def directory(actor: Actor, wanted: DirectoryFilter) -> bytes:
    """Directory: active members in the order they came."""
    require(can_see_people(actor))
    pattern = "%" + literal(wanted.q.strip()) + "%" if wanted.q.strip() else ""
    async with connection() as sql:
        return bytes(
            await sql.fetchval(
                DIRECTORY, pattern, wanted.country, wanted.sector, wanted.language, wanted.after, wanted.limit
            )
        )


async def me(actor: Actor) -> bytes:
    async with connection() as sql:
        return bytes(await sql.fetchval(ME, actor.member_id, actor.unread_notices, list(actor.listed)))


async def ways_in(actor: Actor, known: Sequence[Way]) -> bytes:
    """One's own identities, each under the name of its door as far as that is known."""
    issuers, labels = [way.issuer for way in known], [way.label for way in known]
    async with connection() as sql:
        return bytes(await sql.fetchval(IDENTITIES, actor.member_id, issuers, labels))


async def pending_members(actor: Actor) -> bytes:
    require(can_approve_members(actor))
    async with connection() as sql:
        return bytes(await sql.fetchval(PENDING))


async def my_groups(actor: Actor) -> list[MyGroup]:
    """The groups in which they have a place, by title."""
    async with connection() as sql:
        return [MyGroup(**row) for row in await sql.fetch(MY_GROUPS, actor.member_id, list(actor.listed))]


async def tokens(actor: Actor, mine: list[MyGroup]) -> list[TokenDoc]:
    """Their API tokens, expired ones too, the newest first; ``mine`` names the groups."""
    require(can_manage_tokens(actor))
    known = {group.id: TokenGroup(group.slug, group.title) for group in mine}
    found = []
    for token in await api_tokens.of_member(actor.member_id or 0):
        groups = None if token.group_ids is None else [known[each] for each in token.group_ids if each in known]
        found.append(
            TokenDoc(
                id=token.id,
                name=token.name,
                prefix=token.prefix,
                scopes=[Scope(scope) for scope in token.scopes],
                groups=groups,
                groups_gone=len(token.group_ids or ()) - len(groups or ()),
                created_at=token.created_at,
                last_used_at=token.last_used_at,
                expires_at=token.expires_at,
                expired=token.expired,
            )
        )
    return found


async def id_of(username: str) -> int | None:
    """The id behind a username, whatever its state; for commands, behind their own door.

    Not through the ORM, which takes a name longer than the column for a bug.
    """
    async with connection() as sql:
        row = await sql.fetchrow(STATUS, username)
    return None if row is None else int(row["id"])


async def own_sessions(actor: Actor, *, idle: timedelta, ways: Sequence[Way]) -> SessionList:
    """Where one is signed in, the last used first."""
    require(can_keep_own_things(actor))
    assert actor.member_id is not None
    labels = {way.issuer: way.label for way in ways}
    items = []
    for each in await session_queries.of_member(actor.member_id, idle=idle):
        browser = browser_of(each.user_agent)
        items.append(
            SessionDoc(
                id=each.id,
                browser=browser.name,
                system=browser.system,
                door=labels.get(each.issuer) or urlsplit(each.issuer).hostname or each.issuer,
                since=each.created_at,
                last_seen_at=each.last_seen_at,
                expires_at=each.expires_at,
                current=each.id == actor.session_id,
            )
        )
    return SessionList(items)
