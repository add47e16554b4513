"""One initiative as a page: everything about it in one statement, built as JSON by PostgreSQL."""
from typing import Any

from auth.actor import Actor
from forum.initiatives.queries.door import initiative_door
from forum.kit.errors import Invalid, NotFound
from forum.kit.transaction import connection
from forum.threads.statements import GROUP_BRIEF, PERSON

MOST_SHOWN = 60

# i: the initiative; $2 readable, $3 member. A draft is known to those who make it (`policies.can_see`).
VISIBLE = """
    i.group_id = ANY($2::bigint[]) AND (i.stage <> 'draft'
        OR EXISTS (SELECT FROM initiative_leads l WHERE l.initiative_id = i.id AND l.member_id = $3
                   AND l.state IN ('asked', 'accepted'))
        OR (i.consent_asked_at IS NOT NULL AND i.consented_at IS NULL
            AND EXISTS (SELECT FROM threads t WHERE t.id = i.thread_id AND t.author_id = $3)))
"""
# Who was asked to lead a launched one and has not answered is known to those who lead it, and to themselves.
HEAD = (
    """
    'id', i.id, 'title', i.title, 'slug', i.slug, 'stage', i.stage, 'languages', i.languages,
    'group', """
    + GROUP_BRIEF
    + """, 'group_id', i.group_id, 'goal', i.goal, 'cosponsor_count', i.cosponsor_count,
    'gathering_ends_at', i.gathering_ends_at, 'launched_at', i.launched_at, 'answer_due_at', i.answer_due_at,
    'answer', (SELECT a.kind FROM official_answers a WHERE a.initiative_id = i.id ORDER BY a.id DESC LIMIT 1),
    'leads', coalesce((SELECT json_agg(json_build_object('username', p.username, 'name', p.display_name,
            'role', l.role, 'state', l.state) ORDER BY l.role DESC, l.answered_at, l.id)
        FROM initiative_leads l JOIN members p ON p.id = l.member_id
        WHERE l.initiative_id = i.id AND (l.state = 'accepted' OR l.state = 'asked' AND (
            i.stage = 'draft' OR l.member_id = $3 OR EXISTS (SELECT FROM initiative_leads me
                WHERE me.initiative_id = i.id AND me.member_id = $3 AND me.state = 'accepted')))), '[]'),
    'cosponsor', EXISTS (SELECT FROM cosponsors c WHERE c.initiative_id = i.id AND c.member_id = $3)
"""
)
# p: a member; $4 whether the reader may see people at all. The country and the sector as their profile shows them.
COSPONSOR = """json_build_object('username', p.username, 'name', p.display_name,
    'country', CASE WHEN $4::boolean AND coalesce(p.audiences ->> 'country', 'members') = 'members' THEN p.country END,
    'sector', CASE WHEN $4::boolean AND coalesce(p.audiences ->> 'sector', 'members') = 'members' THEN p.sector END,
    'since', c.created_at)
"""
# u: a post of the kind; w: its author
_UPDATES = (
    """
    SELECT coalesce(json_agg(json_build_object('post_id', u.id, 'number', u.number, 'author', """
    + PERSON.format("w")
    + """, 'html', u.html, 'at', u.created_at) ORDER BY u.number DESC), '[]')
    FROM (SELECT * FROM posts WHERE thread_id = i.thread_id AND kind = 'update' AND state = 'public'
          ORDER BY number DESC LIMIT 20) u JOIN members w ON w.id = u.author_id
"""
)
# Who owns a step and who did it; a post that a task was taken from only while it is public.
_STEPS = (
    """
    SELECT coalesce(json_agg(json_build_object('id', s.id, 'kind', s.kind, 'title', s.title, 'due_on', s.due_on,
        'owner', CASE WHEN o.id IS NOT NULL THEN """
    + PERSON.format("o")
    + """ END, 'post_id', sp.id, 'done_at', s.done_at, 'done_by', CASE WHEN d.id IS NOT NULL THEN """
    + PERSON.format("d")
    + """ END, 'version', s.version) ORDER BY s.due_on NULLS LAST, s.id), '[]')
    FROM initiative_steps s LEFT JOIN members o ON o.id = s.owner_id LEFT JOIN members d ON d.id = s.done_by_id
    LEFT JOIN posts sp ON sp.id = s.post_id AND sp.state = 'public'
    WHERE s.initiative_id = i.id
"""
)
_REPORT = (
    """
    SELECT json_build_object('html', r.html, 'body', r.body, 'numbers', r.numbers, 'links', r.links, 'by', """
    + PERSON.format("b")
    + """, 'at', r.created_at)
    FROM closing_reports r JOIN members b ON b.id = r.written_by_id WHERE r.initiative_id = i.id
"""
)
PAGE = (
    "SELECT json_build_object("
    + HEAD
    + """, 'version', i.version, 'created_at', i.created_at, 'ended_at', i.ended_at, 'reached_at', i.reached_at,
    'leaderless_since', i.leaderless_since, 'anyone_may_cosponsor', g.anyone_may_cosponsor,
    'facilitated', EXISTS (SELECT FROM memberships f WHERE f.group_id = g.id AND f.role = 'facilitator'),
    'over', i.stage = 'gathering' AND i.gathering_ends_at <= now(),
    'consent_of', (SELECT """
    + PERSON.format("ca")
    + """ FROM threads ct JOIN members ca ON ca.id = ct.author_id
        WHERE ct.id = i.thread_id AND i.consent_asked_at IS NOT NULL AND i.consented_at IS NULL),
    'aim', i.aim, 'why', i.why, 'ask', i.ask, 'aim_html', i.aim_html, 'why_html', i.why_html, 'ask_html', i.ask_html,
    'thread', (SELECT json_build_object('id', t.id, 'slug', t.slug, 'title', t.title, 'post_count', t.post_count)
        FROM threads t WHERE t.id = i.thread_id AND t.group_id = ANY($2::bigint[])),
    'space', (SELECT json_build_object('slug', s.slug, 'title', s.title, 'visibility', s.visibility,
        'policy', s.policy) FROM groups s WHERE s.id = i.space_id AND s.id = ANY($5::bigint[])),
    'cosponsors', (SELECT coalesce(json_agg("""
    + COSPONSOR
    + """ ORDER BY c.id), '[]')
        FROM (SELECT * FROM cosponsors WHERE initiative_id = i.id ORDER BY id LIMIT $6::int) c
        JOIN members p ON p.id = c.member_id),
    'steps', ("""
    + _STEPS
    + "), 'updates', ("
    + _UPDATES
    + """),
    'answers', (SELECT coalesce(json_agg(json_build_object('kind', a.kind, 'html', a.html, 'by', """
    + PERSON.format("b")
    + """, 'at', a.created_at) ORDER BY a.id DESC), '[]')
        FROM official_answers a JOIN members b ON b.id = a.answered_by_id WHERE a.initiative_id = i.id),
    'history', (SELECT coalesce(json_agg(json_build_object('was', h.was, 'stage', h.stage,
        'by', CASE WHEN b.id IS NOT NULL THEN """
    + PERSON.format("b")
    + """ END, 'reason', h.reason, 'at', h.created_at) ORDER BY h.id), '[]')
        FROM stage_changes h LEFT JOIN members b ON b.id = h.actor_id WHERE h.initiative_id = i.id),
    'earlier_texts', ARRAY(SELECT json_build_object('title', v.title, 'aim', v.aim, 'why', v.why, 'ask', v.ask,
        'by', """
    + PERSON.format("b")
    + """, 'until', v.created_at) FROM initiative_revisions v JOIN members b ON b.id = v.edited_by_id
        WHERE v.initiative_id = i.id ORDER BY v.version DESC),
    'report', ("""
    + _REPORT
    + """ ORDER BY r.id DESC LIMIT 1),
    'earlier_reports', ARRAY("""
    + _REPORT
    + """ ORDER BY r.id DESC OFFSET 1))
    FROM initiatives i JOIN groups g ON g.id = i.group_id WHERE i.id = $1 AND """
    + VISIBLE
)
# $1 initiative, $2 readable, $3 member, $4 as above, $5 after, $6 limit
COSPONSORS = (
    "SELECT json_build_object('items', coalesce(json_agg("
    + COSPONSOR
    + """ ORDER BY c.id) FILTER (WHERE c.n <= $6), '[]'),
    'next', CASE WHEN count(*) > $6 THEN '/api/v1/initiatives/' || max(i.id) || '/cosponsors?after='
        || max(c.id) FILTER (WHERE c.n <= $6) || '&limit=' || $6 END)
    FROM initiatives i
    LEFT JOIN LATERAL (SELECT *, row_number() OVER (ORDER BY id) AS n FROM cosponsors
        WHERE initiative_id = i.id AND id > $5 ORDER BY id LIMIT $6::int + 1) c ON true
    LEFT JOIN members p ON p.id = c.member_id
    WHERE i.id = $1 AND """
    + VISIBLE
    + " HAVING count(i.id) > 0"
)


POST_NUMBERED = """
    SELECT p.id FROM initiatives i JOIN posts p ON p.thread_id = i.thread_id AND p.number = $3 AND p.state = 'public'
    WHERE i.id = $1 AND i.group_id = ANY($2::bigint[])
"""


async def post_numbered(actor: Actor, initiative_id: int, number: int) -> int:
    """The post of that number in an initiative's discussion. Raises Invalid at ``post``."""
    async with connection() as sql:
        found = await sql.fetchval(POST_NUMBERED, initiative_id, list(actor.readable), min(number, 2**31 - 1))
    if found is None:
        raise Invalid({"post": "not_in_thread"})
    return int(found)


async def initiative_page(actor: Actor, initiative_id: int) -> bytes:
    """InitiativePage; one statement when it may be seen."""
    async with connection() as sql:
        body = await sql.fetchval(PAGE, *page_parameters(actor, initiative_id))
    return await behind_door(actor, initiative_id, body)


def page_parameters(actor: Actor, initiative_id: int) -> tuple[Any, ...]:
    listed, readable = list(actor.listed), list(actor.readable)
    return initiative_id, readable, actor.own_id, actor.is_active, listed, MOST_SHOWN


async def cosponsors(actor: Actor, initiative_id: int, after: int, limit: int) -> bytes:
    """CoSponsorList, in the order in which they came."""
    async with connection() as sql:
        body = await sql.fetchval(
            COSPONSORS, initiative_id, list(actor.readable), actor.own_id, actor.is_active, after, limit
        )
    return await behind_door(actor, initiative_id, body)


async def behind_door(actor: Actor, initiative_id: int, body: bytes | None) -> bytes:
    """What was found, or the refusal of the door."""
    if body is None:
        await initiative_door(actor, initiative_id)
        raise NotFound
    return bytes(body)
