"""python -m tests.bench.search: what searching costs over HTTP, how soon a post is found, how fast an index is made."""

import argparse
import asyncio
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from config.settings import Settings
from forum.cli.session import database_url
from tests.bench import cases
from tests.bench.community import Community, execute, make_community
from tests.bench.load import CLIENTS, Load, run_wrk
from tests.bench.processes import cpu_seconds, free_port, memory, process, say, wait_for
from tests.bench.serve import settings_of
from tests.bench.table import MB, machine

WARM_SECONDS = 1.0
FRESH_POSTS = 30
LOOK_SECONDS = 0.01
GIVE_UP_SECONDS = 10.0
REBUILDS = 2
# What somebody has typed so far, of words that are there and of words that are not.
TYPED = (
    "in", "inter", "internet gov", "dns", "priva", "community n", "encr", "data prot", "zz", "acces", "a", "human ri",
)  # fmt: skip

# Earlier runs may have left more to index than a worker does in a minute.
NO_BACKLOG = "DELETE FROM pgqueuer WHERE status = 'queued'"

HEAD = "| what | requests/s | p50 ms | p99 ms | CPU µs | refused |\n|---|--:|--:|--:|--:|--:|\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.search", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="of each run of wrk")
    parser.add_argument("--times", type=int, default=1, help="runs of each row, of which the best counts")
    parser.add_argument("--data", type=Path, help="keep the community here, and use it again")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = settings_of(wanted.data or Path(folder) / "data", free_port())
        with database_url(settings) as url:
            say("filling the community")
            found = asyncio.run(make_community(settings, url))
            before = os.getloadavg()[0]
            sys.stdout.write(f"{machine()}; {found.posts:,} posts; load before {before:.1f}\n\n")
            bench = _Bench(settings, url, Path(folder), wanted.seconds, wanted.times)
            bench.rebuild()
            bench.searches(found)
            bench.freshness(found)


class _Bench:
    def __init__(self, settings: Settings, url: str, scratch: Path, seconds: float, times: int) -> None:
        self.settings, self.url, self.scratch, self.seconds, self.times = settings, url, scratch, seconds, times
        self.port = settings.server.port

    def rebuild(self) -> None:
        """The command as an operator types it, its start included; the best of some."""
        taken, used, said = min(self._rebuild() for _ in range(max(REBUILDS, self.times)))
        posts = int(said.split()[1])
        sys.stdout.write(
            f"forum search rebuild: {posts:,} posts in {taken:.1f} s, {posts / taken:,.0f} posts/s;"
            f" {used:.1f} s of processor time beside PostgreSQL's\n\n"
        )

    def _rebuild(self) -> tuple[float, float, str]:
        say("rebuild")
        command = [sys.executable, "-c", "from forum.cli.main import run; run()", "search", "rebuild"]
        environment = {**os.environ, "FORUM_DATABASE_DATA": self.settings.database.data}
        began, used = time.monotonic(), _children_seconds()
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return time.monotonic() - began, _children_seconds() - used, done.stdout

    def searches(self, found: Community) -> None:
        with process("web", self.url, self.settings) as pid:
            wait_for(self.port)
            pages = [case for case in cases.pages(found) if case.name == "thread JSON visitor"]
            run_wrk(self.port, pages[0].requests(), self.seconds, self.scratch)
            before = memory(pid)
            sys.stdout.write(HEAD)
            for case in _cases(found):
                self._measure(case, pid)
            after = memory(pid)
        grown = [(new - old) / MB for new, old in zip(after, before, strict=True)]
        sys.stdout.write(
            f"\nMemory of the web process: {before[0] / MB:.0f} MB after thread pages, {after[0] / MB:.0f} MB after"
            f" searches; grown by {grown[0]:.0f} MB, of which {grown[1]:.0f} MB its own, the rest the index's files.\n"
        )

    def _measure(self, case: cases.Case, pid: int) -> None:
        say(case.name)
        if not asyncio.run(self._answers(case)):
            return
        run_wrk(self.port, case.requests(), WARM_SECONDS, self.scratch)
        sys.stdout.write(_line(case.name, *self._best(case, pid, CLIENTS)))
        if case.page == "suggestions":
            sys.stdout.write(_line(f"{case.name}, one at a time", *self._best(case, pid, 1)))
        sys.stdout.flush()

    def _best(self, case: cases.Case, pid: int, clients: int) -> tuple[Load, float]:
        """The quickest run, and the processor time of one of its requests in seconds."""
        runs = []
        for _ in range(self.times):
            used = cpu_seconds(pid)
            load = run_wrk(self.port, case.requests(), self.seconds, self.scratch, clients=clients)
            runs.append((load, (cpu_seconds(pid) - used) / max(1, load.requests)))
        return max(runs, key=lambda run: run[0].rate)

    async def _answers(self, case: cases.Case) -> bool:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            ask = case.asks[0]
            return (await client.get(ask.path, headers=case.headers_of(ask))).status_code == 200

    def freshness(self, found: Community) -> None:
        """From a reply's 201 to the first search that finds it, with a worker beside the web process."""
        say("new posts")
        asyncio.run(execute(self.url, NO_BACKLOG))
        with process("web", self.url, self.settings), process("worker", self.url, self.settings):
            wait_for(self.port)
            taken = asyncio.run(self._found_after(found.replies[-FRESH_POSTS:]))
        sys.stdout.write(
            f"\nA new post is found after {statistics.median(taken):.2f} s (p50), {max(taken):.2f} s at most,"
            f" of {len(taken)} posts.\n"
        )

    async def _found_after(self, pairs: Sequence[tuple[int, int]]) -> list[float]:
        chance = random.Random("new posts")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=30) as client:
            taken = []
            for thread, author in pairs:
                await asyncio.sleep(chance.uniform(0.2, 0.8))
                taken.append(await _found(client, thread, author))
            return taken


def _cases(found: Community) -> list[cases.Case]:
    """Searches without and with counts, and what is suggested while typing."""
    searches = [case for case in cases.pages(found) if case.page == "search"]
    counted = [f"/api/v1/search?{urlencode({'q': words, 'facets': 'true'})}" for words in cases.WORDS]
    typed = [f"/api/v1/suggestions?{urlencode({'q': words})}" for words in TYPED]
    members = found.readers
    return [
        *searches,
        cases.Case("search, counted", "JSON", "visitor", [cases.Ask(path) for path in counted]),
        cases.Case("search, counted", "JSON", "member", cases.by_members(counted, members)),
        cases.Case("suggestions", "JSON", "visitor", [cases.Ask(path) for path in typed]),
        cases.Case("suggestions", "JSON", "member", cases.by_members(typed, members)),
    ]


async def _found(client: httpx2.AsyncClient, thread: int, author: int) -> float:
    word = "q" + "".join(random.choices("bcdfghjklmnpqrstvwxz", k=12))
    signed = cases.signed("JSON", author)
    posted = await client.post(f"/api/v1/threads/{thread}/posts", json={"body": f"A word: {word}."}, headers=signed)
    posted.raise_for_status()
    post_id, began = posted.json()["id"], time.monotonic()
    while (taken := time.monotonic() - began) < GIVE_UP_SECONDS:
        answer = await client.get("/api/v1/search", params={"q": word}, headers=signed)
        answer.raise_for_status()
        found = answer.json()
        if post_id in [item["post"]["id"] for item in found.get("items", found.get("hits"))]:
            return time.monotonic() - began
        await asyncio.sleep(LOOK_SECONDS)
    return taken


def _line(name: str, load: Load, used: float) -> str:
    """``used``: seconds of processor time a request."""
    figures = f"{load.rate:,.0f} | {load.p50_ms:.1f} | {load.p99_ms:.1f} | {used * 1e6:.0f}"
    return f"| {name} | {figures} | {load.refused + load.broken} |\n"


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
