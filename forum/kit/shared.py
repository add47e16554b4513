"""One answer for all who ask the same question at the same time, and none older than its question.

Whoever asks while the question is under way waits for the next round, which begins after they came: the answer is as
fresh as if they had asked alone.
"""
import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Lead:
    """What a waiter is told whose turn it is to ask, for itself and for all who came after."""


LEAD = _Lead()


class Shared(Generic[T]):
    """``await shared.get()`` is ``await ask()``, asked once for all who wait."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._asking = False
        self._waiting: deque[asyncio.Future[T | _Lead]] = deque()

    async def get(self) -> T:
        if self._asking:
            told = await self._wait()
            if not isinstance(told, _Lead):
                return told
        self._asking = True
        mine, self._waiting = self._waiting, deque()
        try:
            answer = await self._ask()
        except asyncio.CancelledError:
            # We were cancelled, they were not: they ask themselves.
            self._waiting.extendleft(reversed(mine))
            raise
        except Exception as error:
            for waiter in mine:
                if not waiter.done():
                    waiter.set_exception(error)
            raise
        else:
            for waiter in mine:
                if not waiter.done():
                    waiter.set_result(answer)
            return answer
        finally:
            self._pass_on()

    async def _wait(self) -> T | _Lead:
        waiter: asyncio.Future[T | _Lead] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # Told to lead and cancelled in the same moment: the lead must not be lost.
            if waiter.done() and not waiter.cancelled() and isinstance(waiter.result(), _Lead):
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(LEAD)
                return
        self._asking = False
