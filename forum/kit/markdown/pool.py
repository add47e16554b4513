"""Renders long bodies in processes of their own, so that the event loop is never held up."""
import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import FrameType
from typing import Final

from forum.kit.errors import Overloaded
from forum.kit.markdown.limits import CostError
from forum.kit.markdown.rendering import Rendered, as_typed, render, render_within
from forum.kit.transaction import in_transaction

LONG: Final = 20_000
STEPS_AT_HAND: Final = 10_000
SECONDS_TO_RENDER: Final = 2.0
SECONDS_TO_WAIT: Final = 10.0
PROCESSES: Final = 1
# Of the callers that hold a database connection meanwhile so many may wait, and no longer than this: else the
# long texts of one member would hold every connection there is.
HOLDING: Final = 3
SECONDS_TO_HOLD: Final = 4.0


class DeadlineError(Exception):
    """A render went past its time."""


class RenderPool:
    """A bounded pool of rendering processes, started at the first long body.

    ``seconds`` is what one render may take. A body that takes longer comes back as it was typed;
    when every process is busy for ten seconds the caller gets ``Overloaded``.
    """

    def __init__(self, processes: int = PROCESSES, seconds: float = SECONDS_TO_RENDER) -> None:
        self._processes = processes
        self._seconds = seconds
        self._executor: ProcessPoolExecutor | None = None
        self._holding = 0

    async def render(self, body: str, mention_href: Mapping[str, str], anchor: str) -> Rendered:
        """Return a body rendered in another process."""
        if not in_transaction():
            return await self._render(body, mention_href, anchor, SECONDS_TO_WAIT)
        if self._holding >= HOLDING:
            raise Overloaded("renderer_busy")
        self._holding += 1
        try:
            return await self._render(body, mention_href, anchor, SECONDS_TO_HOLD)
        finally:
            self._holding -= 1

    async def _render(self, body: str, mention_href: Mapping[str, str], anchor: str, wait: float) -> Rendered:
        for _ in range(2):
            executor = self._started()
            task = executor.submit(_render_in_time, body, dict(mention_href), anchor, self._seconds)
            try:
                async with asyncio.timeout(wait):
                    return await asyncio.wrap_future(task)
            except TimeoutError:
                raise Overloaded("renderer_busy") from None
            except BrokenProcessPool:
                # Killed from outside, for memory perhaps: one more try in a new pool.
                self._forget(executor)
        return as_typed(body)

    async def close(self) -> None:
        """End the processes; the next long body would start them again."""
        executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._processes, mp_context=multiprocessing.get_context("forkserver"), initializer=settle
            )
        return self._executor

    def _forget(self, executor: ProcessPoolExecutor) -> None:
        executor.shutdown(wait=False, cancel_futures=True)
        if self._executor is executor:
            self._executor = None


_pool: Final = RenderPool()


async def render_async(
    body: str, *, mention_href: Mapping[str, str] | None = None, anchor: str = "n"
) -> Rendered:
    """Return what ``render`` returns; long or laborious bodies are rendered in another process."""
    if len(body) <= LONG:
        with contextlib.suppress(CostError):
            return render_within(STEPS_AT_HAND, body, mention_href or {}, anchor)
    return await _pool.render(body, mention_href or {}, anchor)


async def close_renderers() -> None:
    """End the processes of ``render_async``; called when the application shuts down."""
    await _pool.close()


def settle() -> None:
    """Prepare a process: a terminal's interrupt is its parent's business, and it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _render_in_time(body: str, mention_href: dict[str, str], anchor: str, seconds: float) -> Rendered:
    """Render under an alarm, which only the process's own main thread can set."""
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return render(body, mention_href=mention_href, anchor=anchor)
    except DeadlineError:
        return as_typed(body)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise DeadlineError
