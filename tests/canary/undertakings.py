"""Words in what members undertake: a launched initiative with all that hangs on it, and a draft."""
from typing import TYPE_CHECKING, Any

from tests.initiatives.making import make

if TYPE_CHECKING:
    from tests.canary.planting import Plot

TEXT = """
    UPDATE initiatives SET aim = $2::text, aim_html = $2::text, why = $3::text, why_html = $3::text,
        ask = $4::text, ask_html = $4::text WHERE id = $1
"""
ANSWER = "UPDATE official_answers SET body = $2::text, html = $2::text WHERE initiative_id = $1"
STEP = "INSERT INTO initiative_steps (initiative_id, kind, title) VALUES ($1, 'milestone', $2) RETURNING id"
REASON = """
    INSERT INTO stage_changes (initiative_id, was, stage, actor_id, reason) VALUES ($1, 'gathering', 'active', $3, $2)
"""
REPORT = """
    INSERT INTO closing_reports (initiative_id, body, html, renderer, written_by_id, numbers, links)
    VALUES ($1, $2::text, $2::text, 1, $3, jsonb_build_array(jsonb_build_object('what', $4::text, 'value', $5::text)),
        jsonb_build_array(jsonb_build_object('title', $6::text, 'url', 'https://example.test/' || $7::text)))
"""
EARLIER = """
    INSERT INTO initiative_revisions (initiative_id, version, title, aim, why, ask, edited_by_id)
    VALUES ($1, 1, $2, $3, $4, $5, $6)
"""
UPDATE = """
    INSERT INTO posts (thread_id, author_id, number, kind, body, html, text, renderer)
    SELECT thread_id, $3, 2, 'update', $2::text, $2::text, $2::text, 1 FROM initiatives WHERE id = $1
"""
NOTICE = """
    INSERT INTO notices (member_id, cause, kind, group_id, initiative_id)
    SELECT m, 'initiative:' || $1::bigint, 'co_lead_asked', $2, $1 FROM unnest($3::bigint[]) m
"""


async def undertaken(raw: Any, plot: "Plot", kind: str, readers: frozenset[str]) -> None:
    people, group = plot.cast.members, plot.cast.groups[kind]

    def word(what: str, allowed: frozenset[str] = readers) -> str:
        return plot.word(f"{what} of an initiative in {kind}", allowed)

    launched = await make(
        group,
        people["ben"],
        "active",
        title=word("title"),
        co_leads=[people["fay"]],
        cosponsors=[people["sol"]],
        answer=("accepted", people["fay"]),
    )
    await raw.execute(TEXT, launched, word("aim"), word("why"), word("ask"))
    await raw.execute(ANSWER, launched, word("answer"))
    plot.note("step", await raw.fetchval(STEP, launched, word("milestone")))
    await raw.execute(REASON, launched, word("history"), people["fay"])
    replaced = [word(f"earlier {part}") for part in ("title", "aim", "why", "ask")]
    await raw.execute(EARLIER, launched, *replaced, people["ben"])
    await raw.execute(REPORT, launched, word("earlier report"), people["ben"], *["Earlier"] * 4)
    figures = [word(f"report's {part}") for part in ("figure", "value", "link", "address")]
    await raw.execute(REPORT, launched, word("report"), people["ben"], *figures)
    await raw.execute(UPDATE, launched, word("update"), people["ben"])
    plot.note("initiative", launched)
    makers = frozenset({"ben", "fay"})
    draft = await make(group, people["ben"], "draft", title=word("draft's title", makers), asked=[people["fay"]])
    await raw.execute(
        TEXT, draft, word("draft's aim", makers), word("draft's why", makers), word("draft's ask", makers)
    )
    plot.note("step", await raw.fetchval(STEP, draft, word("draft's milestone", makers)))
    plot.note("initiative", draft)
    # What they were told, who may not know of it (any more).
    for number in (launched, draft):
        await raw.execute(NOTICE, number, group, [people[name] for name in ("cem", "sol", "pia", "bea", "ada")])
