"""``forum serve`` as an operator runs it: real processes, an embedded PostgreSQL in a data folder, and ways to die."""
import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import httpx2

from forum.kit.postgres import running_url
from forum.kit.postgres_place import find_cluster
from forum.kit.postgres_remains import living_postmaster
from tests.support.clients import BASE

FORUM = (sys.executable, "-c", "from forum.cli.main import run; run()")
ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
WAITING = "SELECT count(*) FROM pgqueuer WHERE status IN ('queued', 'picked') AND execute_after <= clock_timestamp()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """One ``forum serve`` on a data folder; a context manager."""

    def __init__(self, data: Path, *, processes: int = 2, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "FORUM_SITE_BASE_URL": BASE,
            "FORUM_SITE_SECRET_KEY": "a key for tests, long enough to be taken",
            "FORUM_DATABASE_DATA": str(data),
            "FORUM_SERVER_PORT": str(self.port),
            "FORUM_SERVER_PROCESSES": str(processes),
            "FORUM_LOGGING_LEVEL": "warning",
            "FORUM_LOGGING_FORMAT": "text",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        print(self.log())  # noqa: T201 - shown when the test fails
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill_group()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def url(self) -> str:
        """The database's address, as long as it runs."""
        url = running_url(self.data)
        assert url is not None, self.log()
        return url

    def start(self) -> float:
        """Returns the seconds until it was ready."""
        begun = time.monotonic()
        self._process = self.begin("serve")
        with httpx2.Client(base_url=self.base, timeout=2) as http:
            while time.monotonic() - begun < START_SECONDS:
                assert self._process.poll() is None, self.log()
                with contextlib.suppress(httpx2.TransportError):
                    if http.get("/readyz").status_code == 200:
                        return time.monotonic() - begun
                time.sleep(0.02)
        raise AssertionError(f"not ready after {START_SECONDS} s: {self.log()}")

    def log(self) -> str:
        return (self.data / "serve.log").read_text(errors="replace")[-200_000:]

    def webs(self) -> list[int]:
        """The pids of the web processes: what the fork server forked."""
        return [pid for warm in self.warm() for pid in children(warm)]

    def warm(self) -> list[int]:
        """The fork server's pid."""
        return [pid for pid in children(self.process.pid) if "forkserver" in command_line(pid)]

    def postmaster(self) -> int:
        cluster = find_cluster(self.data.resolve())
        server = living_postmaster(cluster) if cluster else None
        assert server is not None, self.log()
        return server.pid

    def kill_group(self) -> None:
        """kill -9 of everything that this start has started in its process group, at one moment."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    async def accepts(self) -> float:
        """Wait until PostgreSQL takes connections; the time (monotonic) when it did."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if (url := running_url(self.data)) is not None:
                with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    raw = await asyncpg.connect(url, timeout=5)
                    await raw.close()
                    return time.monotonic()
            await asyncio.sleep(0.01)
        raise AssertionError(f"PostgreSQL did not come back: {self.log()}")

    def begin(self, command: str) -> subprocess.Popen[bytes]:
        """Start a command beside what runs; its words go to the same log."""
        with (self.data / "serve.log").open("ab") as log:
            return subprocess.Popen(
                [*FORUM, command], cwd=self.data, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )

    async def work_off(self, waiting: str = WAITING) -> None:
        """Run ``forum worker`` until nothing waits (``waiting`` counts what does); it ends with status 0."""
        raw = await asyncpg.connect(self.url)
        if not await raw.fetchval(waiting):
            await raw.close()
            return
        worker = self.begin("worker")
        try:
            until = time.monotonic() + 300
            while await raw.fetchval(waiting):
                assert time.monotonic() < until, "the worker does not come to an end"
                assert worker.poll() is None, self.log()
                await asyncio.sleep(0.1)
            worker.terminate()
            assert await asyncio.to_thread(worker.wait, 30) == 0
        finally:
            await raw.close()
            if worker.poll() is None:
                worker.kill()
                worker.wait()


def children(parent: int) -> list[int]:
    """Living children of a process; zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, ppid = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if int(ppid) == parent and state != "Z":
                    found.append(int(entry.name))
    return found


def command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    return ""
