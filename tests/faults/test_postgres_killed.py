"""R3: the postmaster dies mid-write; it is started again, and every pool finds back by itself."""
import asyncio
import os
import signal
import time

import httpx2
import pytest

from tests.cast import Cast, api_token
from tests.faults.conftest import Report
from tests.faults.ledger import LedgerClient
from tests.faults.served import Served

pytestmark = pytest.mark.anyio

BACK_SECONDS = 5.0


async def test_the_postmaster_killed_mid_write(
    served: Served, ledger: LedgerClient, cast: Cast, full: bool, report: Report
) -> None:
    times = 5 if full else 1
    webs = served.webs()
    accepted: list[float] = []
    away: list[float] = []
    looked: list[tuple[int, str]] = []
    done = asyncio.Event()

    async def kill_on() -> None:
        for _ in range(times):
            await asyncio.sleep(3)
            victim = served.postmaster()
            os.kill(victim, signal.SIGKILL)
            killed = time.monotonic()
            while _lives(victim):  # noqa: ASYNC110 - a process has no event
                await asyncio.sleep(0.005)
            accepted.append(await served.accepts())
            away.append(accepted[-1] - killed)
        await asyncio.sleep(2)
        done.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(ledger.run(6.0 * times + 3))
        group.create_task(kill_on())
        group.create_task(_look(served, cast, done, looked))
    if full:
        await served.work_off()
    figures = await ledger.verify(served.url, worked_off=full)
    worst = max(ledger.recovery(moment) for moment in accepted)
    report(
        R3=f"{times} kills",
        acknowledged=figures.acknowledged,
        lost=len(figures.lost),
        duplicates=len(figures.twice),
        PostgreSQL_away=f"{max(away):.2f} s",
        serving_after_it_accepts=f"{worst:.2f} s",
        answers=dict(ledger.answers),
        seen=sorted({status for status, _ in looked}),
    )
    figures.assert_kept()
    assert not ledger.strange and ledger.given_up == 0
    assert worst <= BACK_SECONDS
    assert served.webs() == webs, "the pools heal without a restart"
    assert {status for status, _ in looked} <= {200, 503}
    assert not any("Traceback" in text or "asyncpg" in text for _, text in looked)


async def _look(served: Served, cast: Cast, done: asyncio.Event, looked: list[tuple[int, str]]) -> None:
    """Read pages and documents all the while: 200 or 503, and nothing of our insides."""
    member = {"Authorization": f"Bearer {api_token('ben')}"}
    thread = cast.threads["public"]
    paths = [
        ("/groups", {}),
        (f"/t/{thread}/thread", {}),
        ("/api/v1/groups", member),
        (f"/api/v1/threads/{thread}", {}),
    ]
    async with httpx2.AsyncClient(base_url=served.base, timeout=20) as http:
        while not done.is_set():
            for path, headers in paths:
                answer = await http.get(path, headers=headers)
                looked.append((answer.status_code, answer.text))
            await asyncio.sleep(0.03)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
