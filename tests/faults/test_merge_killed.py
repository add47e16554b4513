"""A merger of two long threads whose connection is killed at any moment: all of it, or nothing."""
import asyncio
import time

import asyncpg
import pytest

from forum.app import Site
from forum.curation.commands.merge import merge
from forum.kit.errors import Refusal
from forum.kit.transaction import UNAVAILABLE
from forum.threads.recount import find_gaps, recount_threads
from tests.cast import Cast
from tests.curation.acting import actor_of
from tests.faults.conftest import Report
from tests.faults.long_threads import long_thread, state_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

KILL = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
      AND state <> 'idle' AND backend_type = 'client backend'
"""


async def test_a_merger_killed_half_way(
    committed_site: Site, committed_url: str, cast: Cast, full: bool, report: Report
) -> None:
    posts = 10_000 if full else 1_000
    fay, raw = await actor_of(committed_site, "fay"), await asyncpg.connect(committed_url)
    try:
        group, author = cast.groups["public"], cast.members["ben"]
        source, target = [await long_thread(raw, group, author, posts, 200) for _ in range(2)]
        before = await state_of(raw, source, target)
        killed, merged, seconds = 0, False, 0.05
        for _ in range(12 if full else 5):
            running = asyncio.create_task(_merged(fay, source, target))
            await asyncio.sleep(seconds)
            killed += bool(await raw.fetchval(KILL))
            began = time.monotonic()
            if merged := await running:
                break
            seconds += 0.05 if time.monotonic() - began < 1 else 0
            assert await state_of(raw, source, target) == before
        if not merged:
            assert await _merged(fay, source, target)
        after = await state_of(raw, source, target)
        assert (after["source"], after["target"], after["posts"]) == (0, 2 * posts, 2 * posts)
        assert (after["moved"], after["acts"], after["facts"]) == (posts, 1, 1)
        assert await find_gaps() == 0
        assert await recount_threads([group]) <= 1  # the cast's own
        report(merge="killed", kills=killed, posts=posts, lost=0, doubled=0)
    finally:
        await raw.close()


async def _merged(fay: object, source: int, target: int) -> bool:
    try:
        await merge(fay, source, target)  # type: ignore[arg-type]
    except (*UNAVAILABLE, Refusal):
        return False
    return True
