"""An index that is out of step, in whichever way, is found out and mended."""
import random
from dataclasses import replace
from typing import Any

import pytest

from forum.app import Site
from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching import comparison, engine, indexing
from forum.searching.comparison import Differences, verify
from search.engine import SearchEngine, SearchUnavailable
from tests.cast import Cast
from tests.searching.engines import MemoryEngine
from tests.threads.conftest import Reply, reply  # noqa: F401 (a fixture)

pytestmark = pytest.mark.anyio

MORE_POSTS = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    SELECT $1, $2, 100 + n, 'More', '<p>More</p>', 'More ' || n, 1 FROM generate_series(1, 60) AS n
"""


@pytest.fixture(params=["memory", "embedded"])
async def held(request: pytest.FixtureRequest, site: Site) -> SearchEngine:
    """An engine that is in step."""
    if request.param == "memory":
        engine.install(await MemoryEngine().fill())
    else:
        async with engine.engine().rebuild() as builder:
            async for some in indexing.every_document():
                await builder.add(some)
    return engine.engine()


async def stored(post_id: int) -> Any:
    return (await indexing.documents(indexing.SOME, [post_id]))[post_id]


async def test_an_index_in_step_is_left_alone(held: SearchEngine) -> None:
    assert await verify(mend=False) == Differences()


async def test_each_way_of_being_out_of_step_is_counted_and_mended(held: SearchEngine, cast: Cast) -> None:
    first, second = cast.first, cast.second
    await held.delete([first["public"], second["hidden"]])
    await held.index([replace(await stored(second["public"]), text="something else")])
    sample = await stored(first["closed"])
    await held.index([replace(sample, post_id=post_id) for post_id in (second["hidden"] + 1, 10**9, 2**52)])
    expected = Differences(missing=2, stale=1, superfluous=3)
    assert await verify(mend=False) == expected
    assert await verify() == expected
    assert await verify(mend=False) == Differences()
    assert await held.count() == 8


async def test_posts_that_are_not_public_are_superfluous(held: SearchEngine, cast: Cast) -> None:
    async with connection() as sql:
        await sql.execute("UPDATE posts SET state = 'hidden' WHERE id = $1", cast.second["public"])
    assert await verify() == Differences(superfluous=1)
    assert await held.count() == 7


async def test_an_index_of_a_database_that_was_emptied_is_emptied(held: SearchEngine) -> None:
    async with connection() as sql:
        await sql.execute("UPDATE posts SET state = 'withdrawn'")
    assert (await verify()).superfluous == 8
    assert await held.count() == 0


@pytest.mark.parametrize("seed", range(12))
async def test_random_damage_is_mended(
    seed: int, held: SearchEngine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr(comparison, "BATCH", dice.choice([1, 2, 7, 50]))
    monkeypatch.setattr(comparison, "MOST", dice.choice([0, 3, 1000]))
    async with connection() as sql:
        await sql.execute(MORE_POSTS, cast.threads["public"], cast.members["ben"])
        await sql.execute("DELETE FROM posts WHERE number > 100 AND id % $1 = 0", dice.randint(2, 9))
    await verify()
    truth = {each.post_id: each async for some in indexing.every_document() for each in some}
    ids = list(truth)
    lost, strange = dice.sample(ids, dice.randint(0, len(ids))), dice.sample(range(1, 10**6), dice.randint(0, 30))
    changed = set(dice.sample(ids, dice.randint(0, len(ids)))) - set(lost)
    await held.delete(lost)
    await held.index([replace(truth[post_id], title="Damaged") for post_id in changed])
    await held.index([replace(truth[ids[0]], post_id=post_id) for post_id in strange if post_id not in truth])
    found = await verify()
    superfluous = set(strange) - truth.keys()
    assert found == Differences(missing=len(set(lost)), stale=len(changed), superfluous=len(superfluous))
    assert await held.stamps(0, 2**53 - 1) == {post_id: each.stamp for post_id, each in truth.items()}


class Busy(MemoryEngine):
    """Each look finds that a post was written, and its job run, since the database was read."""

    async def stamps(self, first: int, last: int) -> Any:
        if first == 0:
            await self.say()
            await self.fill()
        return await super().stamps(first, last)

    async def say(self) -> None: ...


async def test_what_changes_while_it_looks_is_no_difference(
    cast: Cast, memory: MemoryEngine, reply: Reply  # noqa: F811
) -> None:
    busy = await Busy().fill()
    engine.install(busy)
    numbers = iter(range(100))

    async def say() -> None:
        await reply("ben", f"Reply {next(numbers)}")

    busy.say = say  # type: ignore[method-assign]
    assert await verify(mend=False) == Differences()
    assert await verify() == Differences()


async def test_a_post_whose_job_has_not_run_is_missing(
    cast: Cast, memory: MemoryEngine, reply: Reply  # noqa: F811
) -> None:
    await reply("ben", "Not yet indexed")
    assert await verify(mend=False) == Differences(missing=1)
    await drain()
    assert await verify(mend=False) == Differences()


async def test_an_engine_that_is_away_is_said_so(memory: MemoryEngine) -> None:
    memory.missing = True
    with pytest.raises(SearchUnavailable):
        await verify()
