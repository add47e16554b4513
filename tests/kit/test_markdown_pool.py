"""Long bodies are rendered elsewhere, in bounded time."""

import asyncio
import os
import signal
from concurrent.futures import Future

import pytest

from forum.kit.errors import Overloaded
from forum.kit.markdown import Rendered, RenderPool, close_renderers, pool, render, render_async

pytestmark = pytest.mark.anyio
LONG = "A *word* or two, and perhaps one more, for @ben.\n\n" * 500


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_short_bodies_start_no_process() -> None:
    assert await render_async("hi @ben", mention_href={"ben": "/m/ben"}) == render(
        "hi @ben", mention_href={"ben": "/m/ben"}
    )
    assert pool._pool._executor is None


async def test_long_and_laborious_bodies_come_out_the_same() -> None:
    try:
        assert await render_async(LONG, mention_href={"ben": "/m/ben"}) == render(
            LONG, mention_href={"ben": "/m/ben"}
        )
        assert pool._pool._executor is not None
        laborious = "- a\n" * 1_000
        assert await render_async(laborious) == render(laborious)
    finally:
        await close_renderers()
    assert pool._pool._executor is None


async def test_a_render_past_its_time_is_shown_as_typed() -> None:
    own = RenderPool(seconds=0.001)
    try:
        rendered = await own.render(LONG, {}, "n")
        assert rendered.degraded
        assert "A *word* or two" in rendered.html
    finally:
        await own.close()


async def test_a_killed_process_is_replaced() -> None:
    own = RenderPool()
    try:
        executor = own._started()
        victim = await asyncio.wrap_future(executor.submit(os.getpid))
        os.kill(victim, signal.SIGKILL)
        assert not (await own.render(LONG, {}, "n")).degraded
    finally:
        await own.close()


async def test_few_who_hold_a_connection_wait_for_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        def submit(self, *_: object) -> Future[Rendered]:
            return Future()

    monkeypatch.setattr(pool, "in_transaction", lambda: True)
    own = RenderPool()
    monkeypatch.setattr(own, "_started", Busy)
    waiting = [asyncio.create_task(own.render(LONG, {}, "n")) for _ in range(pool.HOLDING)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await own.render(LONG, {}, "n")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert own._holding == 0
