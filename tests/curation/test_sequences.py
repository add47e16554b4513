"""Whatever is done with threads, in whatever order: no post is lost or doubled, and every address leads to its post."""
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from auth.actor import Actor
from forum.app import Site
from forum.curation.commands.lock import lock, unlock
from forum.curation.commands.merge import merge
from forum.curation.commands.move import move
from forum.curation.commands.split import split
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

pytestmark = pytest.mark.anyio

NUMBER = st.integers(0, 10_000)
VERBS = ("reply", "reply", "answer", "merge", "merge", "split", "split", "move", "undo", "undo", "withdraw", "hide",
         "restore", "lock", "unlock", "read")  # fmt: skip
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
            world.threads.append(await start_thread(world.ben, cast.group("public"), title="Another", body="First."))
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
    await split(world.fay, source, ids[start : start + 1 + size % 4], title="Split off")


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


async def _read(raw: Any, world: World, thread: int, number: int, _c: int) -> None:
    await mark_read(world.ben, world.thread(thread), number % 12)


DEEDS: dict[str, Callable[..., Awaitable[Any]]] = {
    "reply": _reply, "answer": _answer, "merge": _merge, "split": _split, "move": _move, "undo": _undo,
    "withdraw": _withdraw, "hide": _hide, "restore": _restore, "lock": _lock, "unlock": _unlock, "read": _read,
}  # fmt: skip
