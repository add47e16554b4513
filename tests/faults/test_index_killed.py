"""The worker dies again and again while it indexes and while it makes the index anew; afterwards nothing is missing."""
import asyncio
import random
import shutil
import subprocess
import time

import pytest

from tests.faults.conftest import Report
from tests.faults.ledger import LedgerClient
from tests.faults.served import FORUM, Served

pytestmark = pytest.mark.anyio

# Also those that wait for the index and come back later.
WAITING = """
    SELECT count(*) FROM pgqueuer WHERE status IN ('queued', 'picked')
        AND (execute_after <= clock_timestamp() OR entrypoint LIKE 'searching.index%')
"""


async def test_a_worker_killed_while_it_indexes_and_rebuilds(
    served: Served, ledger: LedgerClient, full: bool, report: Report
) -> None:
    """Half of its lives begin without an index, so that it has to make one beside its jobs."""
    seconds = 40.0 if full else 10.0
    lives = 0

    async def live_and_die() -> None:
        nonlocal lives
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if lives % 2 == 0:
                shutil.rmtree(served.data / "search", ignore_errors=True)
            worker = served.begin("worker")
            await asyncio.sleep(random.uniform(1.5, 4.0))
            worker.kill()
            await asyncio.to_thread(worker.wait)
            lives += 1

    async with asyncio.TaskGroup() as group:
        group.create_task(ledger.run(seconds))
        group.create_task(live_and_die())
    await served.work_off(WAITING)
    compared = await asyncio.to_thread(forum, served, "search", "verify", "--dry-run")
    figures = await ledger.verify(served.url)
    report(lives=lives, acknowledged=figures.acknowledged, index=compared.stdout.strip() or compared.stderr)
    figures.assert_kept()
    assert compared.returncode == 0


def forum(served: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*FORUM, *arguments]
    return subprocess.run(
        command, cwd=served.data, env=served.environ, capture_output=True, text=True, timeout=60, check=False
    )
