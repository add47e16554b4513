"""What is kept stands on the stage: a summary, a wiki post."""
from tests.permissions import stage as on
from tests.permissions.stage import Stage, sql


async def summary(stage: Stage) -> None:
    await sql(
        "INSERT INTO summaries (thread_id, body, html, renderer, through_number, edited_by_id)"
        " VALUES ($1, 'In short.', '<p>In short.</p>', 1, 2, $2) ON CONFLICT (thread_id) DO NOTHING",
        stage.ids["thread"],
        stage.cast.members["fay"],
    )


async def wiki(stage: Stage) -> None:
    """A summary, and a wiki post of somebody else's."""
    await summary(stage)
    await sql("UPDATE posts SET wiki = true WHERE id = $1", stage.ids["other"])


async def collection(stage: Stage) -> None:
    """With one thread in it."""
    stage.ids["collection"] = await sql(
        "INSERT INTO collections (group_id, title, slug, renderer, made_by_id)"
        " VALUES ($1, 'First reading', 'first-reading', 1, $2) RETURNING id",
        stage.group,
        stage.cast.members["fay"],
    )
    stage.ids["item"] = await sql(
        "INSERT INTO collection_items (collection_id, position, thread_id) VALUES ($1, 1, $2) RETURNING id",
        stage.ids["collection"],
        stage.ids["thread"],
    )


async def polled(stage: Stage) -> None:
    """What lies in a group to be read: a poll, a summary, a collection."""
    await on.poll(stage)
    await summary(stage)
    await collection(stage)
