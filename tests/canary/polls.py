"""A word of its own in every part of a poll, and who may see it: by group, by state, by whose vote it is."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forum.polls.commands.close_poll import close_due

if TYPE_CHECKING:
    from tests.canary.planting import Plot

POST = """
    INSERT INTO posts (thread_id, author_id, number, kind, body, html, text, renderer, state)
    VALUES ($1, $2, $3, 'poll', 'x', 'x', 'x', 1, $4) RETURNING id
"""
POLL = """
    INSERT INTO polls (post_id, author_id, question, kind, anonymous, results, opens_at, closes_at)
    VALUES ($1, $2, $3, 'single', $4, $5, now() - interval '2 days', now() + $6) RETURNING id
"""
OPTIONS = "INSERT INTO poll_options (poll_id, position, text) VALUES ($1, 1, $2), ($1, 2, 'Another')"
BALLOT = """
    WITH voter AS (INSERT INTO voters (poll_id, member_id) VALUES ($1, $2))
    INSERT INTO ballots (poll_id, anonymous, member_id, marks, reason, cast_at)
    SELECT $1, p.anonymous, CASE WHEN NOT p.anonymous THEN $2::bigint END, jsonb_build_object(x.id, 1), $3,
        CASE WHEN NOT p.anonymous THEN now() END
    FROM polls p JOIN poll_options x ON x.poll_id = p.id AND x.position = 1 WHERE p.id = $1
"""
OUTCOME = """
    UPDATE polls SET outcome = $2, outcome_html = '<p>' || $2 || '</p>', outcome_renderer = 1, outcome_by_id = $3,
        outcome_at = now() WHERE id = $1
"""


async def plant_polls(
    raw: Any, plot: Plot, kind: str, *, readers: frozenset[str], approved: frozenset[str]
) -> None:
    """``readers`` may read the group, ``approved`` are those of them who may see who voted how.

    Ben votes, and sees his own vote where it has his name.
    """
    nobody: frozenset[str] = frozenset()
    own = frozenset({"ben"})
    plants = (
        # number, anonymous, results, over, state of the post, who sees the question, who sees what Ben said
        (11, False, "always", False, "public", readers, approved),
        (12, False, "after_voting", False, "public", readers, own),
        (13, False, "after_closing", False, "public", readers, own),
        (14, True, "always", False, "public", readers, nobody),
        (15, True, "after_closing", True, "public", readers, approved),
        (16, False, "always", False, "withdrawn", nobody, nobody),
    )
    for number, anonymous, results, over, state, asked, said in plants:
        what = f"{'anonymous ' if anonymous else ''}{state} poll {number} in {kind}"
        thread, ben = plot.cast.threads[kind], plot.cast.members["ben"]
        post = await raw.fetchval(POST, thread, ben, number, state)
        closes = "-1 hour" if over else "20 days"
        poll = await raw.fetchval(
            POLL.replace("$6", f"interval '{closes}'"), post, ben, plot.word(f"question of {what}", asked), anonymous,
            results,
        )  # fmt: skip
        await raw.execute(OPTIONS, poll, plot.word(f"option of {what}", asked))
        await raw.execute(BALLOT, poll, ben, plot.word(f"Ben's reason in {what}", said))
        if over:
            await close_due(poll)
            await raw.execute(OUTCOME, poll, plot.word(f"outcome of {what}", asked), ben)
        plot.note("poll", poll)
        plot.note("post", post)
