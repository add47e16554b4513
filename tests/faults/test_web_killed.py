"""R1: web processes die at any moment under load; nothing that was acknowledged is lost, nothing is there twice."""
import asyncio
import os
import random
import signal
import time

import pytest

from tests.faults.conftest import Report
from tests.faults.ledger import LedgerClient
from tests.faults.served import Served

pytestmark = pytest.mark.anyio

GAP_SECONDS = 3.0
BACK_SECONDS = 3.0


async def test_a_random_web_process_killed_every_three_seconds(
    served: Served, ledger: LedgerClient, full: bool, report: Report
) -> None:
    seconds = 60.0 if full else 15.0
    kills: list[float] = []

    async def kill_on() -> None:
        until = time.monotonic() + seconds - GAP_SECONDS
        while time.monotonic() < until:
            await asyncio.sleep(GAP_SECONDS)
            victims = served.webs()
            if victims:
                os.kill(random.choice(victims), signal.SIGKILL)
            kills.append(time.monotonic())

    async with asyncio.TaskGroup() as group:
        group.create_task(ledger.run(seconds))
        group.create_task(kill_on())
    if full:
        await served.work_off()
    figures = await ledger.verify(served.url, worked_off=full)
    worst = max(ledger.recovery(kill) for kill in kills)
    report(
        R1=f"{len(kills)} kills",
        acknowledged=figures.acknowledged,
        a_second=round(figures.acknowledged / seconds),
        lost=len(figures.lost),
        duplicates=len(figures.twice),
        worst_recovery=f"{worst:.2f} s",
        answers=dict(ledger.answers),
    )
    figures.assert_kept()
    assert not ledger.strange and ledger.given_up == 0
    assert worst <= BACK_SECONDS


async def test_all_web_processes_killed_at_once(served: Served, ledger: LedgerClient, report: Report) -> None:
    """And the warm process that they are forked from: the next ones come from a new one."""
    running = asyncio.create_task(ledger.run(8.0))
    await asyncio.sleep(2)
    for pid in served.webs():
        os.kill(pid, signal.SIGKILL)
    all_webs = time.monotonic()
    await asyncio.sleep(3)
    for pid in (*served.warm(), *served.webs()):
        os.kill(pid, signal.SIGKILL)
    everything = time.monotonic()
    await running
    figures = await ledger.verify(served.url, worked_off=False)
    report(
        all_webs=f"{ledger.recovery(all_webs):.2f} s",
        with_the_warm_one=f"{ledger.recovery(everything):.2f} s",
        acknowledged=figures.acknowledged,
        lost=len(figures.lost),
        duplicates=len(figures.twice),
    )
    figures.assert_kept()
    assert not ledger.strange and ledger.given_up == 0
    assert ledger.recovery(all_webs) <= BACK_SECONDS
    assert len(served.webs()) == 2


async def test_the_whole_process_group_killed_and_started_again(
    served: Served, ledger: LedgerClient, full: bool, report: Report
) -> None:
    """PostgreSQL goes with it and comes back from the same data folder."""
    back = []
    running = asyncio.create_task(ledger.run(25.0 if full else 8.0))
    for _ in range(3 if full else 1):
        await asyncio.sleep(3)
        await asyncio.to_thread(served.kill_group)
        back.append(await asyncio.to_thread(served.start))
    await running
    await served.work_off()
    figures = await ledger.verify(served.url)
    report(
        group_kills=len(back),
        acknowledged=figures.acknowledged,
        lost=len(figures.lost),
        duplicates=len(figures.twice),
        ready_after=f"{max(back):.2f} s",
    )
    figures.assert_kept()
    assert not ledger.strange and ledger.given_up == 0


async def test_web_processes_do_not_outlive_the_one_that_started_them(served: Served) -> None:
    """Else they would keep the port, and the next start would fail."""
    webs = served.webs()
    assert len(webs) == 2
    served.process.kill()
    served.process.wait()
    until = time.monotonic() + 10
    while any(_lives(pid) for pid in webs):
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    await asyncio.to_thread(served.start)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
