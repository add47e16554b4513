"""Processes as production runs them: started, waited for, and what they use."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.settings import Settings


@contextmanager
def process(role: str, url: str, settings: Settings) -> Iterator[int]:
    """Run a ``web`` or ``worker`` process for the block; its id."""
    command = [sys.executable, "-m", "tests.bench.serve", role, url]
    child = subprocess.Popen([*command, settings.database.data, str(settings.server.port)])
    try:
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("the web process does not answer")


def resident(pid: int) -> int:
    """Bytes of a process's resident memory."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def memory(pid: int) -> tuple[int, int]:
    """Bytes of a process's resident memory, and how many of them are its own rather than files that it maps."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    total, own = (int(lines[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon"))
    return total, own


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors so far, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
