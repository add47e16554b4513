"""What is kept stands on the stage: a summary, a wiki post."""
from tests.permissions import stage as on
from tests.permissions.stage import Stage, sql


async def summary(stage: Stage) -> None:
    await sql(
        "INSERT INTO summaries (thread_id, body, html, renderer, through_number, edited_by_id)"
        " VALUES ($1, 'In short.', '<p>In short.</p>', 1, 2, $2)",
        stage.ids["thread"],
        stage.cast.members["fay"],
    )


async def wiki(stage: Stage) -> None:
    """A summary, and a wiki post of somebody else's."""
    await summary(stage)
    await sql("UPDATE posts SET wiki = true WHERE id = $1", stage.ids["other"])


async def polled(stage: Stage) -> None:
    """What lies in a group to be read: a poll, a summary."""
    await on.poll(stage)
    await summary(stage)
