"""One answer for many, never an older one than a question."""
import asyncio

import pytest

from forum.kit.shared import Shared

pytestmark = pytest.mark.anyio


class Clock:
    """Answers with the number of the round, after it was let."""

    def __init__(self) -> None:
        self.rounds = 0
        self.gate = asyncio.Event()
        self.failing = False

    async def ask(self) -> int:
        self.rounds += 1
        mine = self.rounds
        await self.gate.wait()
        if self.failing:
            raise LookupError
        return mine


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_during_a_round_gets_the_next_one() -> None:
    clock = Clock()
    shared = Shared(clock.ask)
    first = asyncio.create_task(shared.get())
    await settle()
    later = [asyncio.create_task(shared.get()) for _ in range(20)]
    await settle()
    clock.gate.set()
    assert await first == 1
    assert set(await asyncio.gather(*later)) == {2}
    assert clock.rounds == 2
    assert await shared.get() == 3


async def test_a_failure_is_everybody_s_who_shared_the_question_and_no_later_one_s() -> None:
    clock = Clock()
    shared = Shared(clock.ask)
    first = asyncio.create_task(shared.get())
    await settle()
    later = [asyncio.create_task(shared.get()) for _ in range(3)]
    await settle()
    clock.failing = True
    clock.gate.set()
    for each in (first, *later):
        with pytest.raises(LookupError):
            await each
    assert clock.rounds == 2
    clock.failing = False
    assert await shared.get() == 3


async def test_nobody_waits_for_ever_when_somebody_is_cancelled() -> None:
    for cancelled in range(4):
        clock = Clock()
        shared = Shared(clock.ask)
        tasks = [asyncio.create_task(shared.get()) for _ in range(4)]
        await settle()
        tasks[cancelled].cancel()
        await settle()
        clock.gate.set()
        async with asyncio.timeout(2):
            done = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(one, asyncio.CancelledError) for one in done) == 1
        assert await shared.get() > 0
