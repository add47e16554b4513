"""Initiatives, one for each address below them that has to find it as it stands, a poll and a case."""
from typing import Final

from forum.kit.transaction import command, connection
from tests.cast import Cast
from tests.initiatives.making import make
from tests.permissions.keeping import collection
from tests.permissions.stage import Stage, poll

# By what follows the id.
STAND: Final = {
    "": "draft",
    "/steps": "accepted",
    "/steps/{step_id:int}": "accepted",
    "/updates": "accepted",
    "/space": "accepted",
    "/flag": "active",
    "/report": "accepted",
    "/withdrawal": "accepted",
    "/reopening": "withdrawn",
    "/answers": "active",
}
# As they are numbered in an empty table.
NUMBERS: Final = {f"/initiatives/{{id:int}}{rest}": number for number, rest in enumerate(STAND, 1)}
CASE = "INSERT INTO cases (origin, post_id, author_id, group_id) VALUES ('flag', $1, $2, $3) RETURNING id"
STEP = "INSERT INTO initiative_steps (initiative_id, kind, title) VALUES ($1, 'milestone', 'A feed')"


AGAIN = "UPDATE initiatives SET stage = 'active', ended_at = NULL, space_id = NULL WHERE id = ANY($1::bigint[])"
COLLECTION = """
    INSERT INTO collections (id, group_id, title, slug, renderer, made_by_id)
    SELECT 1, group_id, 'First reading', 'first-reading', 1, author_id FROM threads ORDER BY id LIMIT 1
    ON CONFLICT (id) DO UPDATE SET version = 1
"""
ITEM = """
    INSERT INTO collection_items (id, collection_id, position, thread_id) SELECT 1, 1, 1, min(id) FROM threads
    ON CONFLICT (id) DO NOTHING
"""
ENDING: Final = [NUMBERS[f"/initiatives/{{id:int}}/{rest}"] for rest in ("space", "report", "withdrawal")]


@command
async def undertake(cast: Cast) -> None:
    """Fay leads them, with Ben."""
    group, fay, ben = cast.groups["public"], cast.members["fay"], cast.members["ben"]
    for number, stage in enumerate(STAND.values(), 1):
        answer = ("accepted", fay) if stage == "accepted" else None
        standing = "active" if answer else stage
        assert await make(group, fay, standing, co_leads=[ben], answer=answer) == number
    await poll(Stage(cast, "members", "ben"))  # its post has a number far ahead, and the public thread is counted
    await collection(Stage(cast, "public", "ben"))
    async with connection() as sql:
        assert await sql.fetchval(CASE, cast.first["public"], ben, group) == 1
        await sql.execute(STEP, NUMBERS["/initiatives/{id:int}/steps/{step_id:int}"])


@command
async def stand_again() -> None:
    """What an earlier test brought to its end goes on."""
    async with connection() as sql:
        await sql.execute(AGAIN, ENDING)
        await sql.execute("DELETE FROM closing_reports")
        await sql.execute(COLLECTION)
        await sql.execute(ITEM)
