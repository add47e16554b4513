"""python -m tests.bench.polls: 1,000 votes of 100 members, spread over 10 s across a poll's closing time, over HTTP.

One web process and one worker, as production runs them; a named poll and an anonymous one. Said are the latencies that
the voters saw, and whether the tally counts each voter once and nobody after closing.
"""
import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

from config.settings import Settings
from forum.cli.session import database_url, open_database
from forum.kit import migration
from tests.bench.processes import cpu_seconds, free_port, process, wait_for
from tests.bench.serve import settings_of
from tests.cast import Cast, api_token, engage
from tests.polls.conftest import later
from tests.polls.crowd import gather_crowd

VOTES, VOTERS = 1000, 100
WAIT = 300  # half seconds: the clock looks each minute
CLOSED = "SELECT closed_at IS NOT NULL FROM polls WHERE id = $1"
CLOSE_AT = "UPDATE polls SET closes_at = clock_timestamp() + $2::float * interval '1 s' WHERE id = $1"
FOUND = """
    SELECT (result ->> 'voters')::int AS told, (SELECT count(*) FROM voters v WHERE v.poll_id = p.id) AS voters,
        (SELECT count(*) FROM ballots b WHERE b.poll_id = p.id) AS ballots,
        coalesce((SELECT max(cast_at) FROM ballots b WHERE b.poll_id = p.id) < closes_at, true) AS in_time
    FROM polls p WHERE id = $1
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.polls", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="over which the votes are spread")
    parser.add_argument("--rounds", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = settings_of(Path(folder) / "data", free_port())
        with database_url(settings) as url:
            cast, names = asyncio.run(_fill(settings, url))
            with process("web", url, settings) as web, process("worker", url, settings):
                wait_for(settings.server.port)
                for anonymous in (False, True) * wanted.rounds:
                    sys.stdout.write(f"load before {os.getloadavg()[0]:.1f}\n")
                    asyncio.run(_run(settings, url, cast, names, web, anonymous=anonymous, seconds=wanted.seconds))


async def _fill(settings: Settings, url: str) -> tuple[Cast, list[str]]:
    async with open_database(settings, url):
        async for _name in migration.migrate():
            pass
        cast = await engage()
        return cast, list(await gather_crowd(cast.groups["public"], VOTERS))


async def _run(
    settings: Settings, url: str, cast: Cast, names: list[str], web: int, *, anonymous: bool, seconds: float
) -> None:
    base = f"http://127.0.0.1:{settings.server.port}/api/v1"
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    sql = await asyncpg.connect(url)
    async with httpx2.AsyncClient(base_url=base, limits=limits, timeout=30) as http:
        poll = await _start(http, cast, anonymous=anonymous)
        for name in names:  # everybody has a connection open, as a browser has
            await _ask(http, "GET", f"/polls/{poll['id']}", name)
        await sql.execute(CLOSE_AT, poll["id"], seconds / 2)
        turns = random.Random(29).sample(names * (VOTES // VOTERS), VOTES)
        begun, used = time.perf_counter(), cpu_seconds(web)
        seen = await asyncio.gather(
            *(_vote(http, poll, who, n, begun + seconds * n / VOTES) for n, who in enumerate(turns))
        )
        each = (cpu_seconds(web) - used) / VOTES * 1000
        for _ in range(WAIT):
            if await sql.fetchval(CLOSED, poll["id"]):
                break
            await asyncio.sleep(0.5)
        found = dict(await sql.fetchrow(FOUND, poll["id"]))
    await sql.close()
    _say(seen, found, each, anonymous=anonymous)


def _say(seen: list[tuple[str, str, float]], found: dict[str, Any], each: float, *, anonymous: bool) -> None:
    told = Counter(code for _, code, _ in seen)
    counted = {who for who, code, _ in seen if code == "counted"}
    cuts = statistics.quantiles((took for _, _, took in seen), n=100)
    right = found["told"] == found["voters"] == found["ballots"] and found["in_time"]
    # Whoever was told that the site is too busy may have been counted all the same.
    right &= found["told"] >= len(counted) if told["overloaded"] else found["told"] == len(counted)
    sys.stdout.write(
        f"{'anonymous' if anonymous else 'named'}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms,"
        f" worst {max(took for _, _, took in seen):.1f} ms,"
        f" {each:.1f} ms of the web process's CPU a vote; {dict(told)};"
        f" {found['told']} voters told, {len(counted)} voted: {'right' if right else 'WRONG'}\n"
    )


async def _start(http: httpx2.AsyncClient, cast: Cast, *, anonymous: bool) -> dict[str, Any]:
    wish = {"question": "Which?", "kind": "single", "options": ["A", "B", "C"], "closes_at": later(days=2)}
    path = f"/threads/{cast.threads['public']}/polls"
    answer = await _ask(http, "POST", path, "ben", wish | {"anonymous": anonymous})
    found: dict[str, Any] = answer.json()
    return found


async def _vote(
    http: httpx2.AsyncClient, poll: dict[str, Any], who: str, n: int, at: float
) -> tuple[str, str, float]:
    """Who, what came of it, milliseconds."""
    await asyncio.sleep(at - time.perf_counter())
    begun = time.perf_counter()
    marks = {str(poll["options"][n % 3]["id"]): 1}
    answer = await _ask(http, "PUT", f"/polls/{poll['id']}/ballot", who, {"marks": marks})
    took = (time.perf_counter() - begun) * 1000
    return who, "counted" if answer.status_code == 200 else answer.json()["code"], took


async def _ask(
    http: httpx2.AsyncClient, method: str, path: str, who: str, body: dict[str, Any] | None = None
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {api_token(who)}"}
    return await http.request(method, path, headers=headers, **({"json": body} if body else {}))


if __name__ == "__main__":
    main()
