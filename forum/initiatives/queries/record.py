"""An initiative for the file, and for those who are nobody here: the record, the card, the feed."""
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Final

import asyncpg

from auth.actor import Actor
from forum.initiatives.queries.page import HEAD, PAGE, behind_door, page_parameters
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.web.atom import Entry

MOST_ENTRIES: Final = 40
LONGEST_SUMMARY: Final = 500

# Parameters of PAGE. Whoever leads or supports it is counted where the profile shows it to every member.
_COUNTED = """
    (SELECT coalesce(json_agg(json_build_object('what', c.what, 'count', c.n)
        ORDER BY c.what IS NULL, c.n DESC, c.what), '[]')
    FROM (SELECT CASE WHEN coalesce(p.audiences ->> '{0}', 'members') = 'members' THEN p.{0} END AS what, count(*) AS n
        FROM members p WHERE $4::boolean AND p.id IN (
            SELECT member_id FROM cosponsors WHERE initiative_id = $1
            UNION SELECT member_id FROM initiative_leads WHERE initiative_id = $1 AND state = 'accepted')
        GROUP BY 1) c)
"""
_DECIDED = """
    (SELECT coalesce(json_agg(json_build_object('poll_id', q.id, 'question', q.question, 'html', q.outcome_html,
        'at', q.outcome_at, 'review_on', q.review_on) ORDER BY q.outcome_at, q.id), '[]')
    FROM initiatives i JOIN threads t ON t.id = i.thread_id OR t.group_id = i.space_id
    JOIN posts p ON p.thread_id = t.id AND p.kind = 'poll' AND p.state = 'public'
    JOIN polls q ON q.post_id = p.id AND q.outcome_at IS NOT NULL
    WHERE i.id = $1 AND t.group_id = ANY($2::bigint[]))
"""
RECORD = (
    "SELECT json_build_object('initiative', w.doc, 'countries', "
    + _COUNTED.format("country")
    + ", 'sectors', "
    + _COUNTED.format("sector")
    + ", 'decisions', "
    + _DECIDED
    + ") FROM ("
    + PAGE
    + " AND i.launched_at IS NOT NULL) w (doc)"
)
# $1 initiative, of a public group: what everybody may see.
CARD = (
    "SELECT json_build_object("
    + HEAD.replace("$3", "NULL::bigint")
    + """) FROM initiatives i JOIN groups g ON g.id = i.group_id
    WHERE i.id = $1 AND i.launched_at IS NOT NULL AND g.visibility = 'public'"""
)
# $1 group or null, $2 language or null, $3 limit
FEED = """
    SELECT i.id, i.title, i.slug, i.languages, g.title AS group_title, i.launched_at,
        greatest(i.launched_at, i.reached_at, i.ended_at) AS updated_at,
        left(regexp_replace(i.aim_html, '<[^>]*>', '', 'g'), 2000) AS aim,
        coalesce((SELECT p.display_name FROM initiative_leads l JOIN members p ON p.id = l.member_id
            WHERE l.initiative_id = i.id AND l.role = 'lead' AND l.state = 'accepted'), '') AS author
    FROM initiatives i JOIN groups g ON g.id = i.group_id AND g.visibility = 'public'
    WHERE i.launched_at IS NOT NULL AND ($1::text IS NULL OR g.slug = $1)
        AND ($2::text IS NULL OR $2 = ANY(i.languages))
    ORDER BY i.id DESC LIMIT $3
"""
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)


async def initiative_record(actor: Actor, initiative_id: int) -> bytes:
    """InitiativeRecord of a launched one; one statement when it may be seen."""
    async with connection() as sql:
        body = await sql.fetchval(RECORD, *page_parameters(actor, initiative_id))
    return await behind_door(actor, initiative_id, body)


async def public_card(initiative_id: int) -> bytes:
    """InitiativeHead as everybody may see it. Raises NotFound where that is not so."""
    async with connection() as sql:
        body = await sql.fetchval(CARD, initiative_id)
    if body is None:
        raise NotFound
    return bytes(body)


async def feed_entries(base_url: str, group: str | None, language: str | None) -> Sequence[Entry]:
    """The newest launched initiatives of public groups."""
    async with connection() as sql:
        return [_entry(row, base_url) for row in await sql.fetch(FEED, group, language, MOST_ENTRIES)]


def _entry(row: asyncpg.Record, base_url: str) -> Entry:
    return Entry(
        address=f"{base_url}/i/{row['id']}",
        title=row["title"],
        author=row["author"],
        group=row["group_title"],
        language=next(iter(row["languages"]), ""),
        published=row["launched_at"],
        updated=row["updated_at"],
        summary=unescape(row["aim"]).strip()[:LONGEST_SUMMARY],
    )
