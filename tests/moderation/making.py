"""Cases as they stand before something is tried: rows, without the way that led there."""
from forum.kit.transaction import connection

CASE = """
    INSERT INTO cases (origin, author_id, group_id, post_id, thread_id, member_id, initiative_id, decision, reason,
        words, decided_by_id, decided_at)
    VALUES ($7, $1, $2, $3, $4, $5, $6, $8::text, CASE WHEN $8::text IS NOT NULL THEN 'spam' END, $9, $10::bigint,
        CASE WHEN $8::text IS NOT NULL THEN now() END) ON CONFLICT DO NOTHING RETURNING id
"""
OPEN = """
    SELECT id FROM cases WHERE decided_at IS NULL
      AND (post_id = $1 OR thread_id = $2 OR member_id = $3 OR initiative_id = $4)
"""
FLAG = """
    WITH flag AS (INSERT INTO flags (case_id, member_id, reason, note) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING)
    UPDATE cases SET weight = weight + 1 WHERE id = $1
"""
APPEAL = "INSERT INTO appeals (case_id, text) VALUES ($1, $2)"


async def case(
    group_id: int | None,
    author_id: int,
    *,
    post_id: int | None = None,
    thread_id: int | None = None,
    member_id: int | None = None,
    initiative_id: int | None = None,
    origin: str = "flag",
    decided_by: int | None = None,
    words: str = "",
    appeal: str = "",
) -> int:
    """``decided_by``: somebody hid it, with these ``words``. Returns the id."""
    async with connection() as sql:
        made: int | None = await sql.fetchval(
            CASE, author_id, group_id, post_id, thread_id, member_id, initiative_id, origin,
            "hide" if decided_by else None, words, decided_by,
        )  # fmt: skip
        # The canary crawl has planted some already.
        made = made or await sql.fetchval(OPEN, post_id, thread_id, member_id, initiative_id)
        assert made is not None
        if appeal:
            await sql.execute(APPEAL, made, appeal)
    return made


async def flagged(case_id: int, member_id: int, reason: str = "spam", note: str = "") -> None:
    async with connection() as sql:
        await sql.execute(FLAG, case_id, member_id, reason, note)
