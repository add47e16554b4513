"""The queue: what waits for a look, of all groups that somebody looks after; one statement a page."""
from auth.actor import Actor
from forum.groups.policies import can_moderate, can_write
from forum.groups.queries import door
from forum.kit.transaction import connection
from forum.kit.verdict import SIGN_IN_FIRST, Verdict, require
from forum.moderation.queries.reach import MINE, reach

PERSON = "json_build_object('username', {0}.username, 'name', {0}.display_name)"
# c: the case, n: where it lies; a: its author, h: who holds it now, d: who decided.
LINE = (
    """
    json_build_object('id', c.id, 'origin', c.origin,
        'target', CASE WHEN c.post_id IS NOT NULL THEN 'post' WHEN c.thread_id IS NOT NULL THEN 'thread'
            WHEN c.initiative_id IS NOT NULL THEN 'initiative' ELSE 'profile' END,
        'group', CASE WHEN c.slug IS NOT NULL THEN json_build_object('slug', c.slug, 'title', c.group_title) END,
        'title', coalesce(t.title, i.title, a.display_name), 'excerpt', left(coalesce(p.text, o.text, i.aim, ''), 240),
        'author', """
    + PERSON.format("a")
    + """,
        'reasons', coalesce((SELECT json_object_agg(f.reason, f.n) FROM (
            SELECT reason, count(*) AS n FROM flags WHERE case_id = c.id GROUP BY reason) f), '{}'),
        'weight', c.weight, 'auto_hidden', c.auto_hidden, 'opened_at', c.created_at,
        'late', c.decided_at IS NULL AND c.created_at < now() - interval '24 hours',
        'claimed_by', CASE WHEN h.id IS NOT NULL THEN """
    + PERSON.format("h")
    + """ END, 'claimed_until', CASE WHEN h.id IS NOT NULL THEN c.claimed_until END,
        'decision', c.decision, 'decided_at', c.decided_at,
        'decided_by', CASE WHEN d.id IS NOT NULL THEN """
    + PERSON.format("d")
    + """ END)
"""
)
LINE_JOINS = """
    LEFT JOIN posts p ON p.id = c.post_id
    LEFT JOIN threads t ON t.id = coalesce(c.thread_id, p.thread_id)
    LEFT JOIN posts o ON o.thread_id = c.thread_id AND o.number = 1
    LEFT JOIN initiatives i ON i.id = c.initiative_id
    JOIN members a ON a.id = c.author_id
    LEFT JOIN members h ON h.id = c.claimed_by_id AND c.claimed_until > now()
    LEFT JOIN members d ON d.id = c.decided_by_id
"""
# $5 member, $6 group or null, $7 after or before, $8 limit. Each group gives its oldest, of which the oldest are kept:
# whatever their number, no more than so many rows of each are read.
_OPEN = """
    found AS (
        SELECT c.*, m.slug, m.title AS group_title FROM mine m CROSS JOIN LATERAL (
            SELECT * FROM cases WHERE group_id = m.id AND decided_at IS NULL AND id > $7::bigint AND author_id <> $5
            ORDER BY id LIMIT $8::int + 1) c
        WHERE $6::text IS NULL OR m.slug = $6
        UNION ALL
        (SELECT c.*, NULL, NULL FROM cases c
         WHERE group_id IS NULL AND decided_at IS NULL AND id > $7::bigint AND author_id <> $5
           AND $2::boolean AND $6::text IS NULL ORDER BY id LIMIT $8::int + 1)
        ORDER BY id LIMIT $8::int + 1),
    numbered AS (SELECT *, row_number() OVER (ORDER BY id) AS n FROM found)
"""
_DECIDED = """
    found AS (
        SELECT c.*, m.slug, m.title AS group_title FROM mine m CROSS JOIN LATERAL (
            SELECT * FROM cases WHERE group_id = m.id AND decided_at IS NOT NULL AND id < $7::bigint AND author_id <> $5
            ORDER BY id DESC LIMIT $8::int + 1) c
        WHERE $6::text IS NULL OR m.slug = $6
        UNION ALL
        (SELECT c.*, NULL, NULL FROM cases c
         WHERE group_id IS NULL AND decided_at IS NOT NULL AND id < $7::bigint AND author_id <> $5
           AND $2::boolean AND $6::text IS NULL ORDER BY id DESC LIMIT $8::int + 1)
        ORDER BY id DESC LIMIT $8::int + 1),
    numbered AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS n FROM found)
"""
# Appeals that this person may decide: of others than themselves, against others' verdicts.
_APPEALS = (
    """
    (SELECT coalesce(json_agg("""
    + LINE
    + """ ORDER BY c.appeal), '[]') FROM (
        SELECT e.*, m.slug, m.title AS group_title, w.id AS appeal
        FROM appeals w JOIN cases e ON e.id = w.case_id LEFT JOIN mine m ON m.id = e.group_id
        WHERE w.decided_at IS NULL AND e.author_id <> $5 AND e.decided_by_id <> $5
          AND (m.id IS NOT NULL OR (e.group_id IS NULL AND $2::boolean)) AND ($6::text IS NULL OR m.slug = $6)
        ORDER BY w.id LIMIT 25) c """
    + LINE_JOINS
    + ")"
)
OPEN = (
    "WITH "
    + MINE
    + ", "
    + _OPEN
    + "SELECT json_build_object('items', coalesce(json_agg("
    + LINE
    + """ ORDER BY c.n) FILTER (WHERE c.n <= $8), '[]'),
        'next', CASE WHEN count(*) > $8 THEN (max(c.id) FILTER (WHERE c.n <= $8))::text END, 'appeals', CASE
            WHEN $7 > 0 THEN '[]'::json ELSE """
    + _APPEALS
    + " END) FROM numbered c "
    + LINE_JOINS
)
DECIDED = (
    "WITH "
    + MINE
    + ", "
    + _DECIDED
    + "SELECT json_build_object('items', coalesce(json_agg("
    + LINE
    + """ ORDER BY c.n) FILTER (WHERE c.n <= $8), '[]'),
        'next', CASE WHEN count(*) > $8 THEN (min(c.id) FILTER (WHERE c.n <= $8))::text END, 'appeals', '[]'::json)
    FROM numbered c """
    + LINE_JOINS
)
NEXT = (
    "WITH "
    + MINE
    + ", "
    + _OPEN
    + """
    SELECT n.id FROM numbered n
    WHERE (n.claimed_until IS NULL OR n.claimed_until <= now() OR n.claimed_by_id = $5)
      AND NOT EXISTS (SELECT FROM flags f WHERE f.case_id = n.id AND f.member_id = $5)
    ORDER BY n.id LIMIT 1
"""
)
NEWEST = 2**63 - 1
SOON = 100


async def queue(actor: Actor, group: str | None, *, decided: bool, after: int, limit: int) -> bytes:
    """Queue, whose ``next`` is still an id: the surface makes it an address.

    The oldest first; decided ones the newest first, ``after`` being the id they come before.
    """
    await _require(actor, group)
    start = after or NEWEST if decided else after
    async with connection() as sql:
        statement = DECIDED if decided else OPEN
        return bytes(await sql.fetchval(statement, *reach(actor), actor.member_id, group, start, limit))


async def next_case(actor: Actor, group: str | None, after: int = 0) -> int | None:
    """The oldest case that this person can decide now."""
    async with connection() as sql:
        found: int | None = await sql.fetchval(NEXT, *reach(actor), actor.member_id, group, after, SOON)
    return found


async def _require(actor: Actor, group: str | None) -> None:
    """Of one group, its door; of all, whoever looks after any."""
    if group is not None:
        require(can_moderate(actor, await door(actor, group)))
        return
    if actor.is_anonymous:
        require(SIGN_IN_FIRST)
    require(can_write(actor))
    if not actor.looks_after_any:
        require(Verdict("moderators_only"))
