"""How long a merger of two threads of 10,000 posts takes, and what their readers notice of it.

    python -m tests.bench.curation

On a database of its own beside those of the tests. Prints the best of three mergers, each undone after, and the
slowest page that a reader of either thread waited for meanwhile, beside the slowest one before.
"""
import asyncio
import sys
import time
from contextlib import suppress
from tempfile import TemporaryDirectory

import asyncpg

from auth.actor import Actor
from config.loading import load
from forum.app import Site
from forum.curation.commands.merge import merge
from forum.kit.transaction import connection
from forum.moderation.commands.undo_act import undo_act
from forum.threads.elsewhere import Elsewhere
from forum.threads.queries import thread_page
from tests.cast import Cast
from tests.curation.acting import actor_of
from tests.faults.long_threads import POSTS, READERS, long_thread
from tests.support import database
from tests.support.clients import BASE

ROUNDS = 3


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


async def measure(url: str, folder: str, cast: Cast) -> None:
    site = Site(load(environ={}, site_base_url=BASE, site_secret_key="k" * 40, search_folder=folder))
    async with site.running(url):
        raw = await asyncpg.connect(url)
        group, author = cast.groups["public"], cast.members["ben"]
        source, target = [await long_thread(raw, group, author) for _ in range(2)]
        await raw.close()
        fay, ben = await actor_of(site, "fay"), await actor_of(site, "ben")
        say(f"two threads of {POSTS} posts, {READERS} reading marks and {POSTS} notices each")
        say(f"a reader alone: slowest page {1000 * await read(ben, (source, target), seconds=1):.0f} ms")
        seconds, waited = min([await once(fay, ben, source, target) for _ in range(ROUNDS)])
        say(f"merger: {seconds:.2f} s (asked: 1 s); a reader's slowest page meanwhile {1000 * waited:.0f} ms")


async def once(fay: Actor, ben: Actor, source: int, target: int) -> tuple[float, float]:
    """Seconds of the merger, and of the slowest page during it."""
    reading = asyncio.create_task(read(ben, (source, target), seconds=30))
    await asyncio.sleep(0.1)
    began = time.perf_counter()
    act = await merge(fay, source, target)
    took = time.perf_counter() - began
    reading.cancel()
    waited = await reading
    began = time.perf_counter()
    await undo_act(fay, act)
    say(f"  merged in {took:.2f} s, undone in {time.perf_counter() - began:.2f} s")
    async with connection() as sql:
        await sql.execute("VACUUM ANALYZE posts, moved_posts, notices, reading_marks, threads")
    return took, waited


async def read(ben: Actor, threads: tuple[int, ...], *, seconds: float) -> float:
    """The slowest of the pages that are read one after the other until cancelled."""
    slowest, until = 0.0, time.perf_counter() + seconds
    with suppress(asyncio.CancelledError):
        while time.perf_counter() < until:
            for thread in threads:
                began = time.perf_counter()
                with suppress(Elsewhere):
                    await thread_page(ben, thread, 2_500)
                slowest = max(slowest, time.perf_counter() - began)
                await asyncio.sleep(0.002)
    return slowest


if __name__ == "__main__":
    made = database.template()
    with database.clone() as fresh, TemporaryDirectory() as beside:
        asyncio.run(measure(fresh, beside, made))
