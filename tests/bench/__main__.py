"""python -m tests.bench: each hot page under load, beside its bare SQL under the same load, in one run."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2

from forum.app import Site
from forum.cli.session import database_url, open_database
from forum.web.site import Web, web_of
from tests.bench import bare, cases, community
from tests.bench.load import MissingToolError, find_pgbench, find_wrk, run_pgbench, run_wrk
from tests.bench.processes import cpu_seconds, free_port, process, resident, say, wait_for
from tests.bench.serve import settings_of
from tests.bench.table import Report, Row

WARM_SECONDS = 1.0
BARE_SECONDS = 3.0
# Replies of one run begin where those of the run before ended.
REPLIES_A_RUN = 10_000


def main() -> int:
    wanted = _arguments()
    try:
        find_wrk(), find_pgbench()
    except MissingToolError as error:
        say(f"make bench: {error}")
        return 1
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        Path(folder).chmod(0o711)
        bench = Bench(wanted.data or Path(folder) / "data", Path(folder), wanted.seconds, wanted.only)
        report = bench.run()
    sys.stdout.write(report.markdown() + "\n")
    wanted.output.parent.mkdir(parents=True, exist_ok=True)
    wanted.output.write_bytes(report.json())
    say(f"As JSON: {wanted.output}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="of each run of wrk")
    parser.add_argument("--only", default="", help="rows whose name holds one of these, comma between")
    parser.add_argument("--data", type=Path, help="keep the community here, and use it again")
    parser.add_argument("--output", type=Path, default=Path(".data/bench.json"))
    return parser.parse_args()


class Bench:
    """One run: a server, a filled database, one web process, and the rows in turn."""

    def __init__(self, data: Path, scratch: Path, seconds: float, only: str) -> None:
        self.scratch, self.seconds = scratch, seconds
        self._only = [part for part in only.split(",") if part]
        self.port = free_port()
        self.settings = settings_of(data, self.port)
        self._sent = 0
        self._reply_statements: list[bare.Statement] = []

    def run(self) -> Report:
        with database_url(self.settings) as url:
            say("filling the community")
            found = asyncio.run(community.make_community(self.settings, url))
            self._socket_folder = url.rpartition("host=")[2].replace("%2F", "/")
            chosen = [case for case in cases.pages(found) if self._is_wanted(case.name)]
            scripts = asyncio.run(self._catch(url, chosen, found))
            report = Report(posts=found.posts, seconds=self.seconds)
            with process("web", url, self.settings) as pid:
                self._web = pid
                wait_for(self.port)
                report.memory_before = resident(pid)
                for case in chosen:
                    self._measure(report, case, scripts[case.name])
                report.memory_pages = resident(pid)
                if self._is_wanted("reply"):
                    self._replies(report, found, url)
                report.memory_after = resident(pid)
            return report

    def _is_wanted(self, name: str) -> bool:
        return not self._only or any(part in name for part in self._only)

    async def _catch(
        self, url: str, chosen: Sequence[cases.Case], found: community.Community
    ) -> dict[str, list[tuple[bare.Statement, ...]]]:
        """The statements of every variant, from the application itself."""
        caught = {}
        async with open_database(self.settings, url):
            transport = httpx2.ASGITransport(app=Site(self.settings).app)
            async with httpx2.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{self.port}") as client:
                for case in chosen:
                    variants = []
                    for ask in case.asks:
                        statements: list[bare.Statement] = []
                        with bare.catching(statements):
                            answer = await client.get(ask.path, headers=case.headers_of(ask))
                        if answer.status_code != 200:
                            raise RuntimeError(f"{case.name}: {ask.path} answers {answer.status_code}")
                        variants.append(bare.of_page(statements))
                    caught[case.name] = variants
                await self._catch_reply(client, found)
        return caught

    async def _catch_reply(self, client: httpx2.AsyncClient, found: community.Community) -> None:
        thread, author = found.replies[-1]
        with bare.catching(self._reply_statements):
            answer = await client.post(
                f"/api/v1/threads/{thread}/posts", json={"body": cases.BODY}, headers=cases.signed("JSON", author)
            )
        if answer.status_code != 201:
            raise RuntimeError(f"a reply answers {answer.status_code}: {answer.text}")

    def _measure(self, report: Report, case: cases.Case, variants: list[tuple[bare.Statement, ...]]) -> None:
        say(case.name)
        requests = case.requests()
        run_wrk(self.port, requests, WARM_SECONDS, self.scratch)
        used = cpu_seconds(self._web)
        load = run_wrk(self.port, requests, self.seconds, self.scratch)
        used = cpu_seconds(self._web) - used
        rate = None
        if case.compared:
            rate = run_pgbench(self._socket_folder, bare.page_scripts(variants), BARE_SECONDS, self.scratch)
        statements = max(len(variant) for variant in variants)
        report.rows.append(Row(case.page, case.surface, case.who, load, used, rate, statements))

    def _replies(self, report: Report, found: community.Community, url: str) -> None:
        web = web_of(self.settings)
        before = asyncio.run(_count(url))
        answered = self._reply(report, found, "JSON", "member")
        answered += self._reply(report, found, "HTML", "member", web=web)
        report.rows[-2].bare = self._bare_replies(found, url)
        stored = asyncio.run(_count(url)) - before - self._bare_stored
        report.rows[-2].statements = len(bare.of_page(self._reply_statements))
        with process("worker", url, self.settings):
            time.sleep(2)
            before = asyncio.run(_count(url))
            answered += self._reply(report, found, "JSON", "member, worker on")
            stored += asyncio.run(_count(url)) - before
        report.replies_answered, report.replies_stored = answered, stored
        report.gaps = asyncio.run(_gaps(url))

    def _reply(self, report: Report, found: community.Community, surface: str, who: str, web: Web | None = None) -> int:
        say(f"reply {surface} {who}")
        answered = 0
        for seconds in (WARM_SECONDS, self.seconds):
            pairs = self._next_pairs(found)
            requests = cases.form_replies(pairs, web) if web else cases.json_replies(pairs)
            used = cpu_seconds(self._web)
            load = run_wrk(self.port, requests, seconds, self.scratch)
            used = cpu_seconds(self._web) - used
            answered += load.requests - load.refused
        report.rows.append(Row("reply", surface, who, load, used))
        return answered

    def _next_pairs(self, found: community.Community) -> Sequence[tuple[int, int]]:
        start, self._sent = self._sent, (self._sent + 3000) % len(found.replies)
        return (found.replies * 2)[start : start + REPLIES_A_RUN]

    def _bare_replies(self, found: community.Community, url: str) -> float:
        before = asyncio.run(_count(url))
        scripts = bare.reply_scripts(found.replies[-64:], self._reply_statements)
        rate = run_pgbench(self._socket_folder, scripts, BARE_SECONDS, self.scratch)
        self._bare_stored = asyncio.run(_count(url)) - before
        return rate


async def _count(url: str) -> int:
    return await community.ask(url, "SELECT count(*) FROM posts")


async def _gaps(url: str) -> int:
    return await community.ask(url, community.GAPS)


if __name__ == "__main__":
    sys.exit(main())
