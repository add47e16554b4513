"""Whatever is done with threads, in whatever order: no post is lost or doubled, and every address leads to its post."""
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from auth.actor import Actor
from forum.app import Site
from forum.curation.commands.collection_items import add_item
from forum.curation.commands.collections import make_collection
from forum.curation.commands.list_thread import list_thread
from forum.curation.commands.lock import lock, unlock
from forum.curation.commands.mark_duplicate import mark_duplicate
from forum.curation.commands.merge import merge
from forum.curation.commands.move import move
from forum.curation.commands.pin import pin
from forum.curation.commands.split import split
from forum.curation.commands.summarise import write_summary
from forum.groups.models import Visibility
from forum.jobs.drain import drain
from forum.kit.errors import Refusal
from forum.kit.transaction import connection
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.posts import set_state
from forum.reading.commands import mark_read
from forum.searching import engine
from forum.searching.comparison import verify
from forum.threads.commands.post_reply import post_reply
from forum.threads.commands.start_thread import start_thread
from forum.threads.commands.withdraw_post import withdraw_post
from forum.threads.models import PostState
from forum.threads.recount import find_gaps, recount_threads
from tests.cast import KINDS, Cast
from tests.curation.acting import actor_of
from tests.searching.engines import MemoryEngine
from tests.support.clients import Client, client_of

pytestmark = pytest.mark.anyio

NUMBER = st.integers(0, 10_000)
VERBS = ("reply", "reply", "answer", "merge", "merge", "split", "split", "move", "undo", "undo", "withdraw", "hide",
         "restore", "lock", "unlock", "read", "pin", "list", "duplicate", "summarise", "collect")  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), NUMBER, NUMBER, NUMBER), min_size=4, max_size=18)

LAST_ACTS = "SELECT id FROM acts WHERE undo IS NOT NULL AND undone_at IS NULL ORDER BY id DESC LIMIT 4"
ADDRESSES = """
    SELECT thread_id, number, id FROM posts WHERE number IS NOT NULL
    UNION ALL SELECT thread_id, number, post_id FROM moved_posts
"""
AHEAD = """
    SELECT count(*) FROM reading_marks m JOIN threads t ON t.id = m.thread_id WHERE m.last_number > t.last_number
"""
HALF_MERGED = """
    SELECT count(*) FROM threads t WHERE merged_into_id IS NOT NULL
        AND EXISTS (SELECT FROM posts p WHERE p.thread_id = t.id)
"""
WRONG_NOTICES = """
    SELECT count(*) FROM notices n JOIN posts p ON p.id = n.post_id JOIN threads t ON t.id = p.thread_id
    WHERE (n.thread_id, n.group_id) IS DISTINCT FROM (p.thread_id, t.group_id)
"""
# Who reads the public group and the members group, and who every group.
READERS = ("stranger", "cem", "ben")
WHERE = """
    SELECT a.thread_id, p.id, p.body, p.number, p.thread_id AS now_in, p.state = 'public' AS public, g.visibility,
        o.visibility AS asked
    FROM (SELECT DISTINCT ON (thread_id) thread_id, post_id FROM (
        SELECT thread_id, number, id AS post_id FROM posts WHERE number IS NOT NULL
        UNION ALL SELECT thread_id, number, post_id FROM moved_posts) every ORDER BY thread_id, number) a
    JOIN posts p ON p.id = a.post_id JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    JOIN threads s ON s.id = a.thread_id JOIN groups o ON o.id = s.group_id ORDER BY a.thread_id
"""
# Words of posts, and titles of threads, with whether $2 reads them, who reads groups of the visibilities $1: one's own
# thread is known to oneself also when nothing is left in it.
WORDS = """
    SELECT split_part(p.body, '@', 1) AS words, p.state = 'public' AND g.visibility = ANY($1::text[]) AS open
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    UNION SELECT t.title, (t.post_count > 0 OR m.username = $2) AND g.visibility = ANY($1::text[])
    FROM threads t JOIN groups g ON g.id = t.group_id JOIN members m ON m.id = t.author_id
"""
LISTS = """
    SELECT '/g/public-group' UNION ALL SELECT '/g/public-group/log' UNION ALL SELECT '/'
    UNION ALL SELECT '/best' UNION ALL SELECT '/g/public-group/answers' UNION ALL SELECT '/c/' || id FROM collections
"""


@dataclass
class World:
    """What the test knows: posts with their words, and every address that there ever was."""

    fay: Actor
    ben: Actor
    threads: list[int]
    posts: dict[int, str] = field(default_factory=dict)
    addresses: dict[tuple[int, int], int] = field(default_factory=dict)

    def thread(self, pick: int) -> int:
        return self.threads[pick % len(self.threads)]

    def post(self, pick: int) -> int:
        return sorted(self.posts)[pick % len(self.posts)]


@given(steps=STEPS)
@settings(
    max_examples=16,
    deadline=None,
    derandomize=True,
    # A failure is shown as it is found: shrinking would take minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
async def test_any_sequence_of_acts(steps: list[tuple[str, int, int, int]], site: Site, cast: Cast) -> None:
    async with connection() as raw:
        fresh = raw.transaction()
        await fresh.start()
        try:
            memory = MemoryEngine()
            engine.install(memory)
            world = World(await actor_of(site, "fay"), await actor_of(site, "ben"), list(cast.threads.values()))
            await start_thread(world.ben, cast.group("public"), title="Quince jam", body="Plums as well.")
            await recount_threads()
            await verify()
            await _look(raw, world)
            for verb, *picks in steps:
                await _try(raw, DEEDS[verb], world, picks)
                await _look(raw, world)
            assert await recount_threads() == 0
            await drain()
            assert (await verify()).total == 0
            assert await raw.fetchval(WRONG_NOTICES) == 0
            for who in READERS:
                await _visit(raw, site, world, who)
        finally:
            await fresh.rollback()


async def _try(raw: Any, deed: Callable[..., Awaitable[Any]], world: World, picks: list[int]) -> None:
    """A refusal is an answer, and changes nothing."""
    with suppress(Refusal):
        await deed(raw, world, *picks)


async def _look(raw: Any, world: World) -> None:
    """What holds after every step."""
    posts = {row["id"]: row["body"] for row in await raw.fetch("SELECT id, body FROM posts")}
    assert posts.items() >= world.posts.items()
    world.posts = posts
    addresses = {(row["thread_id"], row["number"]): row["id"] for row in await raw.fetch(ADDRESSES)}
    assert addresses.items() >= world.addresses.items()
    world.addresses = addresses
    world.threads = [row["id"] for row in await raw.fetch("SELECT id FROM threads ORDER BY id")]
    assert await find_gaps() == 0
    assert await raw.fetchval(AHEAD) == 0
    assert await raw.fetchval(HALF_MERGED) == 0


async def _visit(raw: Any, site: Site, world: World, who: str) -> None:
    """Each thread's first address leads whoever may read there to its post, and nobody to what is shut to them."""
    reads = {"stranger": ["public"], "cem": ["public", "members"]}.get(who, [kind.value for kind in Visibility])
    words = await raw.fetch(WORDS, reads, who)
    shut = {row["words"] for row in words} - {row["words"] for row in words if row["open"]}
    client = client_of(site, who, browser=True)
    for row in await raw.fetch(LISTS):
        page = await _arrive(client, row[0])
        assert not [each for each in shut if each in page.text], (who, row[0])
    for row in await raw.fetch(WHERE):
        page = await _arrive(client, f"/t/{row['thread_id']}")
        assert page.status_code in (200, 303, 403, 404), (who, dict(row), page.status_code)
        assert not [each for each in shut if each in page.text], (who, dict(row))
        if row["public"] and row["visibility"] in reads and row["asked"] in reads:
            assert page.status_code == 200, (who, dict(row))


async def _arrive(client: Client, address: str) -> Response:
    """What stands at the end of the way."""
    page = await client.get(address)
    for _hop in range(3):
        if page.status_code == 303 and page.headers["location"].startswith(("/t/", "/c/")):
            page = await client.get(page.headers["location"].partition("#")[0])
    return page


async def _reply(raw: Any, world: World, thread: int, _b: int, c: int) -> None:
    await post_reply(world.ben, world.thread(thread), f"Reply {c}, as @fay said.")


async def _answer(raw: Any, world: World, thread: int, post: int, c: int) -> None:
    await post_reply(world.fay, world.thread(thread), f"Answer {c}.", in_reply_to=world.post(post))


async def _merge(raw: Any, world: World, source: int, target: int, c: int) -> None:
    await merge(world.fay, world.thread(source), world.thread(target), widening=bool(c % 4))


async def _split(raw: Any, world: World, thread: int, first: int, size: int) -> None:
    source = world.thread(thread)
    rows = await raw.fetch("SELECT id FROM posts WHERE thread_id = $1 ORDER BY id", source)
    ids = [row["id"] for row in rows]
    start = first % (len(ids) or 1)
    await split(world.fay, source, ids[start : start + 1 + size % 4], title=f"Split off at {first}, {size}")


async def _move(raw: Any, world: World, thread: int, group: int, _c: int) -> None:
    await move(world.fay, world.thread(thread), f"{KINDS[group % len(KINDS)]}-group", widening=True)


async def _undo(raw: Any, world: World, act: int, _b: int, _c: int) -> None:
    if acts := await raw.fetch(LAST_ACTS):
        await undo_act(world.fay, acts[act % len(acts)]["id"])


async def _withdraw(raw: Any, world: World, post: int, _b: int, _c: int) -> None:
    await withdraw_post(world.ben, world.post(post))


async def _hide(raw: Any, world: World, post: int, _b: int, _c: int) -> None:
    await set_state([world.post(post)], PostState.HIDDEN)


async def _restore(raw: Any, world: World, post: int, _b: int, _c: int) -> None:
    await set_state([world.post(post)], PostState.PUBLIC)


async def _lock(raw: Any, world: World, thread: int, _b: int, _c: int) -> None:
    await lock(world.fay, world.thread(thread), reason="It is late.")


async def _unlock(raw: Any, world: World, thread: int, _b: int, _c: int) -> None:
    await unlock(world.fay, world.thread(thread))


async def _pin(raw: Any, world: World, thread: int, _b: int, _c: int) -> None:
    await pin(world.fay, world.thread(thread))


async def _list(raw: Any, world: World, thread: int, group: int, _c: int) -> None:
    await list_thread(world.fay, world.thread(thread), f"{KINDS[group % len(KINDS)]}-group")


async def _duplicate(raw: Any, world: World, thread: int, other: int, _c: int) -> None:
    await mark_duplicate(world.fay, world.thread(thread), world.thread(other))


async def _summarise(raw: Any, world: World, thread: int, _b: int, c: int) -> None:
    await write_summary(world.fay, world.thread(thread), f"It came to {c}.", version=None)


async def _collect(raw: Any, world: World, thread: int, group: int, _c: int) -> None:
    made = await make_collection(world.fay, f"{KINDS[group % len(KINDS)]}-group", title="Read these", body="")
    await add_item(world.fay, made, address=f"/t/{world.thread(thread)}", home="https://forum.invalid")


async def _read(raw: Any, world: World, thread: int, number: int, _c: int) -> None:
    await mark_read(world.ben, world.thread(thread), number % 12)


DEEDS: dict[str, Callable[..., Awaitable[Any]]] = {
    "reply": _reply, "answer": _answer, "merge": _merge, "split": _split, "move": _move, "undo": _undo,
    "withdraw": _withdraw, "hide": _hide, "restore": _restore, "lock": _lock, "unlock": _unlock, "read": _read,
    "pin": _pin, "list": _list, "duplicate": _duplicate, "summarise": _summarise, "collect": _collect,
}  # fmt: skip
