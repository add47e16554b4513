"""A word of its own in every summary, earlier version, tag and collection, and who may see it."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.canary.planting import Plot

SUMMARY = """
    INSERT INTO summaries (thread_id, body, html, renderer, through_number, version, edited_by_id)
    VALUES ($1, $2::text, '<p>' || $2::text || '</p>', 1, 1, 2, $3) RETURNING id
"""
REVISION = """
    INSERT INTO summary_revisions (summary_id, version, body, through_number, edited_by_id, edited_at)
    VALUES ($1, 1, $2, 1, $3, now())
"""
COLLECTION = """
    INSERT INTO collections (group_id, title, slug, body, html, renderer, made_by_id)
    VALUES ($1, $2, 'first-reading', $3::text, '<p>' || $3::text || '</p>', 1, $4) RETURNING id
"""
ITEM = """
    INSERT INTO collection_items (collection_id, position, thread_id, url, title, note, html)
    VALUES ($1, $2, $3, $4, $5, $6::text, '<p>' || $6::text || '</p>') RETURNING id
"""


async def plant_kept(
    raw: Any, plot: Plot, kind: str, *, readers: frozenset[str], approved: frozenset[str], keepers: frozenset[str]
) -> None:
    """``readers`` may read the group, ``approved`` of them its history; ``keepers`` look after the public group."""
    thread, group, fay = plot.cast.threads[kind], plot.cast.groups[kind], plot.cast.members["fay"]
    await raw.execute(
        "UPDATE threads SET tags = ARRAY[$2::text] WHERE id = $1", thread, plot.word(f"tag in {kind}", readers)
    )
    summary = await raw.fetchval(SUMMARY, thread, plot.word(f"summary in {kind}", readers), fay)
    await raw.execute(REVISION, summary, plot.word(f"earlier summary in {kind}", approved), fay)
    title, intro = plot.word(f"collection in {kind}", readers), plot.word(f"introduction in {kind}", readers)
    collection = await raw.fetchval(COLLECTION, group, title, intro, fay)
    plot.note("collection", collection)
    link, why = plot.word(f"title of a link in {kind}", readers), plot.word(f"note in {kind}", readers)
    plot.note("item", await raw.fetchval(ITEM, collection, 1, None, "https://example.test/", link, why))
    # What lies elsewhere: the public collection lists it, and only who keeps that one sees that it does.
    public = plot.ids["collection"][0]
    if collection != public:
        hidden = plot.word(f"note on what lies in {kind}", keepers | readers)
        await raw.execute(ITEM, public, len(plot.ids["collection"]), thread, "", "", hidden)
