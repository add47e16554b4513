"""python -m tests.bench.sign_in: sign-ins through the demo's provider, and what it costs to know who asks.

One web process; the clients, in another one, press a face's button and follow every redirect until they have a session.
Then the statement that loads the actor, caught from the application, among 200,000 sessions on one connection.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2

from auth.demo.provider import DemoProvider
from auth.demo_door import Face
from auth.sessions.cookies import digest
from config import logging as logs
from config.settings import Settings
from forum.app import Site, render_for_auth
from forum.cli import serving
from forum.cli.session import database_url, open_database
from tests.bench.bare import Statement, catching
from tests.bench.community import make_community
from tests.bench.processes import cpu_seconds, free_port, wait_for
from tests.bench.serve import settings_of

FACES = tuple(Face(subject=f"bench-{n}", username=f"bench-{n}", name=f"Bench {n}", role="member") for n in range(64))
CLIENTS = 16
SESSIONS = 200_000
LOOKUPS = 5_000

SESSION_ROWS = """
    INSERT INTO sessions (token_hash, member_id, issuer, subject, expires_at, last_seen_at)
    SELECT sha256(convert_to('lookup ' || n, 'UTF8')), m.ids[1 + n % cardinality(m.ids)], 'https://bench.example.test',
           n::text, now() + interval '90 days', now() + interval '1 hour'
    FROM generate_series(1, $1) n, (SELECT array_agg(id ORDER BY id) AS ids FROM members WHERE status = 'active') m
    ON CONFLICT (token_hash) DO NOTHING
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sign_in", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of signing in")
    parser.add_argument("--data", type=Path, help="keep the community here, and use it again")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        Path(folder).chmod(0o711)
        data, port = wanted.data or Path(folder) / "data", free_port()
        settings = settings_of(data, port)
        with database_url(settings) as url:
            asyncio.run(make_community(settings, url))
            sys.stdout.write(f"load before {os.getloadavg()[0]:.1f}\n")
            child = subprocess.Popen([sys.executable, "-m", "tests.bench.sign_in", "serve", url, str(data), str(port)])
            try:
                wait_for(port)
                asyncio.run(_sign_ins(f"http://127.0.0.1:{port}", wanted.seconds, child.pid))
            finally:
                child.terminate()
                child.wait()
            asyncio.run(_lookups(settings, url))


def serve(url: str, data: str, port: str) -> None:
    settings = settings_of(Path(data), int(port))
    logs.set_up(settings.logging)
    demo = DemoProvider(FACES, base_url=settings.site.base_url, render=render_for_auth)
    serving.run(Site(settings, demo=demo), url)


async def _sign_ins(base: str, seconds: float, web: int) -> None:
    # First everybody once, so that no account is made in the time that counts.
    await asyncio.gather(*(_go(base, iter(FACES[number::CLIENTS])) for number in range(CLIENTS)))
    begun, used = time.perf_counter(), cpu_seconds(web)
    runs = await asyncio.gather(*(_go(base, _until(begun + seconds, number)) for number in range(CLIENTS)))
    taken = [one for run in runs for one in run]
    rate = len(taken) / (time.perf_counter() - begun)
    used = (cpu_seconds(web) - used) / len(taken) * 1000
    median, late = statistics.median(taken) * 1000, statistics.quantiles(taken, n=100)[98] * 1000
    sys.stdout.write(
        f"sign-ins/s {rate:.0f}, {CLIENTS} clients, p50 {median:.0f} ms, p99 {late:.0f} ms, CPU {used:.1f} ms each\n"
    )


def _until(end: float, number: int) -> Iterator[Face]:
    return itertools.takewhile(lambda _: time.perf_counter() < end, itertools.cycle(FACES[number::CLIENTS]))


async def _go(base: str, faces: Iterator[Face]) -> list[float]:
    """One client after another on one connection, each a new browser; the seconds of each."""
    async with httpx2.AsyncClient(base_url=base, headers={"Origin": base}, timeout=30) as browser:
        return [await _sign_in(browser, face) for face in faces]


async def _sign_in(browser: httpx2.AsyncClient, face: Face) -> float:
    """From the button to the session; seconds."""
    browser.cookies.clear()
    begun = time.perf_counter()
    answer = await browser.post("/sign-in/demo", data={"login_hint": face.subject, "next": "/groups"})
    while answer.headers.get("location", "/groups") != "/groups":
        answer = await browser.get(answer.headers["location"])
    if answer.status_code != 303 or "plenary" not in browser.cookies:
        raise RuntimeError(f"no sign-in: {answer.status_code} at {answer.url}")
    return time.perf_counter() - begun


async def _lookups(settings: Settings, url: str) -> None:
    async with open_database(settings, url):
        sql = await asyncpg.connect(url)
        try:
            await sql.execute(SESSION_ROWS, SESSIONS)
            await sql.execute("ANALYZE sessions")
            found: list[Statement] = []
            with catching(found):
                await Site(settings).directory.actor_for(session_hash=_token(1), token_hash=None)
            statement = next(one for one in found if "sessions" in one.text)
            await _measure(sql, statement)
        finally:
            await sql.close()


async def _measure(sql: asyncpg.Connection, statement: Statement) -> None:
    prepared = await sql.prepare(statement.text)
    explained = await sql.prepare("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement.text)
    inside, outside = [], []
    for number in range(1, LOOKUPS + 1):
        token = _token(number * 7919 % SESSIONS + 1)
        begun = time.perf_counter()
        row = await prepared.fetchrow(token, *statement.values[1:])
        outside.append((time.perf_counter() - begun) * 1000)
        assert row is not None and row["member_id"] is not None
        (plan,) = json.loads(await explained.fetchval(token, *statement.values[1:]))
        inside.append(plan["Execution Time"])
    count = await sql.fetchval("SELECT count(*) FROM sessions")
    sys.stdout.write(
        f"actor among {count:,} sessions: p50 {statistics.median(inside):.3f} ms in PostgreSQL; with the way there and "
        f"back p50 {statistics.median(outside):.3f} ms, p99 {statistics.quantiles(outside, n=100)[98]:.3f} ms\n"
    )


def _token(number: int) -> bytes:
    return digest(f"lookup {number}")


if __name__ == "__main__":
    serve(*sys.argv[2:]) if sys.argv[1:2] == ["serve"] else main()
