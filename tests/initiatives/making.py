"""Initiatives as they stand before something is tried: rows, without the way that led there."""
from collections.abc import Sequence
from typing import Any

from forum.kit.transaction import connection

INITIATIVE = """
    INSERT INTO initiatives (group_id, created_by_id, title, slug, aim, aim_html, why, why_html, ask, ask_html,
        renderer, languages, stage, goal, gathering_ends_at, thread_id, launched_at, reached_at, ended_at,
        answer_due_at, cosponsor_count, consent_asked_at)
    VALUES ($1, $2, $3, 'an-initiative', 'The aim.', '<p>The aim.</p>', 'The reason.', '<p>The reason.</p>',
        'What is asked.', '<p>What is asked.</p>', 1, '{en}', $4::text,
        CASE WHEN $4 <> 'draft' THEN $5::int END,
        CASE WHEN $4 <> 'draft' THEN now() + interval '30 days' END, $6::bigint,
        CASE WHEN $4 <> 'draft' THEN now() END,
        CASE WHEN $4 IN ('active', 'completed', 'declined') THEN now() END,
        CASE WHEN $4 IN ('completed', 'withdrawn', 'lapsed', 'declined') THEN now() END,
        CASE WHEN $4 = 'active' AND $7::boolean THEN now() + interval '30 days' END, $8::int,
        CASE WHEN $9::boolean THEN now() END)
    RETURNING id
"""
THREAD = """
    WITH new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('posts', 'id')) AS id), thread AS (
        INSERT INTO threads (group_id, author_id, title, slug, post_count, last_number, last_author_id, last_post_at,
            last_post_id)
        SELECT $1::bigint, $2::bigint, $3, 'a-discussion', 1, 1, $2::bigint, now(), id FROM new RETURNING id
    ), post AS (
        INSERT INTO posts (id, thread_id, author_id, number, body, html, text, renderer)
        SELECT new.id, thread.id, $2::bigint, 1, 'The aim.', '<p>The aim.</p>', 'The aim.', 1 FROM new, thread
        RETURNING thread_id
    )
    SELECT thread_id FROM post
"""
LEAD = """
    INSERT INTO initiative_leads (initiative_id, member_id, role, state, answered_at)
    VALUES ($1, $2, $3, $4::text, CASE WHEN $4::text = 'accepted' THEN now() END)
"""
COSPONSOR = "INSERT INTO cosponsors (initiative_id, member_id) SELECT $1, unnest($2::bigint[])"
ANSWER = """
    INSERT INTO official_answers (initiative_id, kind, body, html, renderer, answered_by_id)
    VALUES ($1, $2, 'So be it.', '<p>So be it.</p>', 1, $3)
"""


async def make(
    group_id: int,
    lead_id: int,
    stage: str,
    *,
    title: str = "An initiative",
    thread_id: int | None = None,
    goal: int = 10,
    co_leads: Sequence[int] = (),
    asked: Sequence[int] = (),
    cosponsors: Sequence[int] = (),
    answer: tuple[str, int] | None = None,
    consent_asked: bool = False,
) -> int:
    """``answer`` is its kind and who gave it; an active one without an answer owes one. Returns the id."""
    async with connection() as sql:
        if stage != "draft" and thread_id is None:
            thread_id = await sql.fetchval(THREAD, group_id, lead_id, title)
        owed = answer is None
        initiative_id: int = await sql.fetchval(
            INITIATIVE, group_id, lead_id, title, stage, goal, thread_id, owed, len(cosponsors), consent_asked
        )
        leads: list[tuple[Any, ...]] = [(lead_id, "lead", "accepted")]
        leads += [(member, "co_lead", "accepted") for member in co_leads]
        leads += [(member, "co_lead", "asked") for member in asked]
        for lead in leads:
            await sql.execute(LEAD, initiative_id, *lead)
        await sql.execute(COSPONSOR, initiative_id, list(cosponsors))
        if answer is not None:
            await sql.execute(ANSWER, initiative_id, *answer)
    return initiative_id
