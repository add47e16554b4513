"""One case: for those who decide it, and what its author may read of it; one statement each."""
from auth.actor import Actor
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.moderation.policies import can_read_verdict
from forum.moderation.queries.door import case_door, case_without_door
from forum.moderation.queries.queue import LINE, LINE_JOINS, PERSON
from forum.moderation.queries.reach import MINE, reach

AROUND = 3
# What a post or a thread stands among: numbered posts that were not withdrawn, the post itself whatever became of it.
_CONTEXT = (
    """
    coalesce((SELECT json_agg(json_build_object('id', q.id, 'number', q.number, 'state', q.state, 'author', """
    + PERSON.format("qa")
    + """, 'html', q.html, 'text', left(q.text, 600), 'at', q.created_at, 'here', coalesce(q.id = c.post_id, false))
            ORDER BY coalesce(q.number, 2147483647), q.id)
        FROM (
            (SELECT * FROM posts WHERE thread_id = t.id AND number < coalesce(p.number, 2147483647)
                AND state IN ('public', 'hidden') AND c.post_id IS NOT NULL ORDER BY number DESC LIMIT 3)
            UNION ALL SELECT * FROM posts WHERE id = c.post_id
            UNION ALL (SELECT * FROM posts WHERE thread_id = t.id AND number > coalesce(p.number, 2147483647)
                AND state IN ('public', 'hidden') AND c.post_id IS NOT NULL ORDER BY number LIMIT 3)
            UNION ALL (SELECT * FROM posts WHERE thread_id = c.thread_id AND number IS NOT NULL
                AND state <> 'withdrawn' ORDER BY number LIMIT 6)
        ) q JOIN members qa ON qa.id = q.author_id), '[]')
"""
)
_CASE_BRIEF = """
    json_build_object('id', e.id, 'target', CASE WHEN e.post_id IS NOT NULL THEN 'post'
            WHEN e.thread_id IS NOT NULL THEN 'thread' WHEN e.initiative_id IS NOT NULL THEN 'initiative'
            ELSE 'profile' END,
        'decision', e.decision, 'reason', e.reason, 'words', e.words, 'at', coalesce(e.decided_at, e.created_at),
        'overturned', EXISTS (SELECT FROM appeals w WHERE w.case_id = e.id AND w.outcome = 'overturned'))
"""
# Of the author's history what this person may know: of groups that they look after, and of the site for its staff.
_HISTORY = (
    """
    'posts', (SELECT count(*) FROM posts q JOIN threads qt ON qt.id = q.thread_id
        WHERE q.author_id = c.author_id AND q.state = 'public' AND qt.group_id IN (SELECT id FROM mine)),
    'since', a.created_at,
    'cases', coalesce((SELECT json_agg("""
    + _CASE_BRIEF
    + """ ORDER BY e.id DESC) FROM (SELECT * FROM cases e WHERE e.author_id = c.author_id AND e.id <> c.id
            AND (e.group_id IN (SELECT id FROM mine) OR (e.group_id IS NULL AND $2::boolean))
            ORDER BY e.id DESC LIMIT 10) e), '[]'),
    'sanctions', coalesce((SELECT json_agg(json_build_object('id', s.id, 'kind', s.kind, 'reason', s.reason,
            'until', s.until, 'site', s.group_id IS NULL, 'lifted', s.lifted_at IS NOT NULL, 'at', s.created_at)
            ORDER BY s.id DESC) FROM (SELECT * FROM sanctions s WHERE s.member_id = c.author_id
            AND (s.group_id IN (SELECT id FROM mine) OR (s.group_id IS NULL AND $2::boolean))
            ORDER BY s.id DESC LIMIT 10) s), '[]')
"""
)
_APPEAL = """
    (SELECT json_build_object('text', w.text, 'at', w.created_at, 'outcome', w.outcome, 'answer', w.answer,
        'decided_at', w.decided_at) FROM appeals w WHERE w.case_id = c.id)
"""
# $1 to $4 reach, $5 member, $6 case
CASE = (
    "WITH "
    + MINE
    + "SELECT json_build_object('line', "
    + LINE
    + """, 'version', c.version, 'language', coalesce(t.language, c.group_language, 'en'),
        'post_id', c.post_id, 'thread_id', t.id, 'thread_slug', t.slug, 'initiative_id', c.initiative_id,
        'reason', c.reason, 'words', c.words,
        'flags', coalesce((SELECT json_agg(json_build_object('by', """
    + PERSON.format("fm")
    + """, 'reason', f.reason, 'note', f.note, 'at', f.created_at) ORDER BY f.id)
            FROM flags f JOIN members fm ON fm.id = f.member_id WHERE f.case_id = c.id), '[]'),
        'flagged', EXISTS (SELECT FROM flags f WHERE f.case_id = c.id AND f.member_id = $5),
        'context', """
    + _CONTEXT
    + """,
        'parts', CASE WHEN c.initiative_id IS NOT NULL THEN json_build_array(i.aim_html, i.why_html, i.ask_html)
            ELSE '[]'::json END,
        'bio', CASE WHEN c.member_id IS NOT NULL AND coalesce(a.audiences ->> 'bio', 'members') = 'members'
            THEN a.bio ELSE '' END,
        'history', json_build_object("""
    + _HISTORY
    + """), 'appeal', """
    + _APPEAL
    + """)
    FROM (SELECT c.*, g.slug, g.title AS group_title, g.language AS group_language
          FROM cases c LEFT JOIN groups g ON g.id = c.group_id WHERE c.id = $6) c """
    + LINE_JOINS
)
# What was written by the author's own hand, as it stands; never a flag, nor who decided.
VERDICT = (
    """
    SELECT json_build_object('id', c.id, 'decision', c.decision, 'reason', c.reason, 'words', c.words,
        'decided_at', c.decided_at, 'until', c.decided_at + interval '30 days',
        'target', CASE WHEN c.post_id IS NOT NULL THEN 'post' WHEN c.thread_id IS NOT NULL THEN 'thread'
            WHEN c.initiative_id IS NOT NULL THEN 'initiative' ELSE 'profile' END,
        'title', CASE WHEN c.group_id = ANY($2::bigint[]) THEN coalesce(t.title, i.title, '') ELSE '' END,
        'html', CASE WHEN c.post_id IS NOT NULL THEN p.html
            WHEN o.author_id = c.author_id THEN o.html ELSE '' END,
        'silenced_until', (SELECT max(s.until) FROM sanctions s WHERE s.case_id = c.id AND s.lifted_at IS NULL),
        'appeal', """
    + _APPEAL
    + """)
    FROM cases c
    LEFT JOIN posts p ON p.id = c.post_id
    LEFT JOIN threads t ON t.id = coalesce(c.thread_id, p.thread_id)
    LEFT JOIN posts o ON o.thread_id = c.thread_id AND o.number = 1
    LEFT JOIN initiatives i ON i.id = c.initiative_id
    WHERE c.id = $1
"""
)


async def case_page(actor: Actor, case_id: int) -> bytes:
    """CaseDoc, for those who work it."""
    await case_door(actor, case_id)
    async with connection() as sql:
        return bytes(await sql.fetchval(CASE, *reach(actor), actor.member_id, case_id))


async def verdict(actor: Actor, case_id: int) -> bytes:
    """VerdictDoc, for the one whom it is about."""
    require(can_read_verdict(actor, await case_without_door(case_id)))
    async with connection() as sql:
        return bytes(await sql.fetchval(VERDICT, case_id, list(actor.listed)))
