"""SIGTERM: ready no more, what is in flight is answered, and an end with status 0 in time."""
import asyncio
import signal
import time
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.cast import Cast, api_token
from tests.faults.conftest import Report
from tests.faults.served import Served

pytestmark = pytest.mark.anyio

END_SECONDS = 30.0
HELD_SECONDS = 1.0
PATIENT = {"FORUM_DATABASE_STATEMENT_TIMEOUT_MS": "30000", "FORUM_DATABASE_LOCK_TIMEOUT_MS": "25000"}
IN_FLIGHT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'plenary' AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_reply_in_flight_while_the_site_drains(
    prepared: tuple[Path, Cast], processes: int, report: Report
) -> None:
    """It waits for its thread's lock, which it gets after the door was closed."""
    data, cast = prepared
    with Served(data, processes=processes, **PATIENT) as served:
        await _drain(served, cast, report, f"{processes} processes")


async def _drain(served: Served, cast: Cast, report: Report, name: str) -> None:
    thread = cast.threads["public"]
    headers = {"Authorization": f"Bearer {api_token('ben')}"}
    raw = await asyncpg.connect(served.url)
    async with httpx2.AsyncClient(base_url=served.base, timeout=20) as http:
        try:
            async with raw.transaction():
                await raw.execute("SELECT FROM threads WHERE id = $1 FOR UPDATE", thread)
                reply = asyncio.create_task(
                    http.post(f"/api/v1/threads/{thread}/posts", headers=headers, json={"body": f"in flight, {name}"})
                )
                while not await raw.fetchval(IN_FLIGHT):  # noqa: ASYNC110 - PostgreSQL has no event for it
                    await asyncio.sleep(0.01)
                told = time.monotonic()
                served.process.send_signal(signal.SIGTERM)
                seen = await _readiness(served.base)
                await asyncio.sleep(HELD_SECONDS)
                assert not reply.done()
        finally:
            await raw.close()
        answer = await reply
    status = await asyncio.to_thread(served.process.wait, END_SECONDS + 10)
    ended = time.monotonic() - told
    report(drain=name, in_flight=answer.status_code, readiness=seen, status=status, ended=f"{ended:.2f} s")
    assert seen[-2:] == ["503", "closed"], "not ready is said before the door closes"
    assert answer.status_code == 201
    assert status == 0
    assert ended <= END_SECONDS


async def _readiness(base: str) -> list[str]:
    """What `/readyz` answers until nobody does, without repetitions; each time on a new connection."""
    seen: list[str] = []
    while not seen or seen[-1] != "closed":
        try:
            async with httpx2.AsyncClient(base_url=base, timeout=10) as http:
                word = str((await http.get("/readyz")).status_code)
        except httpx2.TransportError:
            word = "closed"
        if word not in seen[-1:]:
            seen.append(word)
        await asyncio.sleep(0.02)
    return seen
