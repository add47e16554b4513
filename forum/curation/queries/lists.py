"""What a group has to show: its accepted answers, and the best of a month or a year."""
from datetime import UTC, date, datetime
from typing import Final

from auth.actor import Actor
from forum.groups.policies import can_read
from forum.groups.queries import door
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.threads.statements import GROUP_BRIEF, PERSON

BEST_SHOWN: Final = 20

# $1 group, $2 before (the answer's post), $3 limit, $4 the list's path; $1 is a group that was read through the door.
ANSWERS: Final = (
    """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object('thread_id', a.thread_id, 'title', a.title,
        'slug', a.slug, 'language', a.language, 'post_id', a.id, 'number', a.number, 'excerpt', left(a.text, 300),
        'by', """
    + PERSON.format("m")
    + """, 'at', a.created_at) ORDER BY a.id DESC) FILTER (WHERE a.n <= $3), '[]'),
        'next', CASE WHEN count(*) > $3 THEN $4::text || '?before=' || min(a.id) FILTER (WHERE a.n <= $3)
            || '&limit=' || $3 END)
    FROM (
        SELECT p.id, p.number, p.text, p.author_id, p.created_at, t.id AS thread_id, t.title, t.slug, t.language,
            row_number() OVER (ORDER BY p.id DESC) AS n
        FROM threads t JOIN posts p ON p.id = t.accepted_post_id AND p.state = 'public'
        WHERE t.group_id = $1 AND t.accepted_post_id < coalesce($2::bigint, 9223372036854775807)
        ORDER BY p.id DESC LIMIT $3::int + 1
    ) a JOIN members m ON m.id = a.author_id
"""
)

# $1 groups, $2 from, $3 to, $4 limit. Ids of posts and places of threads grow with time, so that the posts of the
# period are read by the index of their times. Nobody can tell from it who bookmarked: fewer than three count nothing.
BEST: Final = (
    """
    WITH said AS MATERIALIZED (
        SELECT p.id, p.thread_id, p.author_id FROM posts p JOIN threads t ON t.id = p.thread_id
        WHERE p.created_at >= $2 AND p.created_at < $3 AND p.state = 'public' AND t.group_id = ANY($1::bigint[])
    ), thanked AS (
        SELECT s.thread_id, count(DISTINCT r.member_id) AS n FROM said s JOIN reactions r ON r.post_id = s.id
        WHERE r.member_id <> s.author_id GROUP BY 1
    ), kept AS (
        SELECT s.thread_id, count(DISTINCT b.member_id) AS n FROM said s JOIN bookmarks b ON b.post_id = s.id
        WHERE b.member_id <> s.author_id GROUP BY 1 HAVING count(DISTINCT b.member_id) >= 3
    ), wrote AS (
        SELECT thread_id, count(DISTINCT author_id) AS n FROM said GROUP BY 1
    ), scored AS (
        SELECT t.*, wrote.n AS authors, coalesce(thanked.n, 0) AS thanks, coalesce(kept.n, 0) AS keeps,
            t.accepted_post_id IN (SELECT id FROM said) AS solved,
            coalesce(u.edited_at >= $2 AND u.edited_at < $3, false) AS summed,
            2 * coalesce(thanked.n, 0) + 2 * wrote.n + coalesce(kept.n, 0)
                + CASE WHEN t.accepted_post_id IN (SELECT id FROM said) THEN 5 ELSE 0 END
                + CASE WHEN u.edited_at >= $2 AND u.edited_at < $3 THEN 5 ELSE 0 END AS score
        FROM wrote JOIN threads t ON t.id = wrote.thread_id LEFT JOIN thanked ON thanked.thread_id = t.id
        LEFT JOIN kept ON kept.thread_id = t.id LEFT JOIN summaries u ON u.thread_id = t.id AND u.removed_at IS NULL
        ORDER BY score DESC, t.id DESC LIMIT $4
    )
    SELECT coalesce(json_agg(json_build_object('id', t.id, 'title', t.title, 'slug', t.slug, 'language', t.language,
        'group', """
    + GROUP_BRIEF
    + ", 'author', "
    + PERSON.format("o")
    + """, 'score', t.score, 'authors', t.authors, 'thanks', t.thanks, 'keeps', t.keeps,
        'solved', coalesce(t.solved, false), 'summed', t.summed) ORDER BY t.score DESC, t.id DESC), '[]')
    FROM scored t JOIN groups g ON g.id = t.group_id JOIN members o ON o.id = t.author_id
"""
)


async def accepted_answers(actor: Actor, slug: str, before: int, limit: int) -> bytes:
    """AnswerList, the newest first."""
    group = await door(actor, slug)
    require(can_read(actor, group))
    async with connection() as sql:
        return bytes(
            await sql.fetchval(ANSWERS, group.id, before or None, limit, f"/api/v1/groups/{slug}/answers")
        )


async def best_threads(actor: Actor, slug: str, first: date, end: date) -> bytes:
    """The BestThread of the days from ``first`` until before ``end``, UTC: in one group, or wherever one may read."""
    groups = list(actor.readable)
    if slug:
        group = await door(actor, slug)
        require(can_read(actor, group))
        groups = [group.id]
    async with connection() as sql:
        return bytes(await sql.fetchval(BEST, groups, *map(_midnight, (first, end)), BEST_SHOWN))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
