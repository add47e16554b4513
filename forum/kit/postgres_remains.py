"""What a killed PostgreSQL leaves behind: whether one still lives in a cluster, and how it is seen off."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forum.kit.postgres_place import PostgresError

CLUSTER_NAME: Final = "plenary"
_PROC: Final = Path("/proc")
_CLOSING_SECONDS: Final = 60.0
_NUDGE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server process that `postmaster.pid` names and that surely lives in this cluster."""

    pid: int
    socket_folder: Path
    ready: bool


def living_postmaster(cluster: Path) -> Postmaster | None:
    """The server of this cluster, or None; a pid that now belongs to another program counts as dead."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _lives_in(pid, cluster):
        return None
    folder = lines[4].strip() if len(lines) > 4 else ""
    return Postmaster(pid, Path(folder or cluster), len(lines) > 7 and lines[7].strip() == "ready")


def clear(cluster: Path, say: Callable[[str], None]) -> None:
    """Wait for an earlier server that is closing down, end orphaned backends, remove a stale pid file.

    To be called only under the data folder's lock: whoever started that server is gone.
    """
    _outlast(cluster, say)
    for code, seconds in ((signal.SIGQUIT, 2.0), (signal.SIGKILL, 10.0)):
        for pid in _processes(cluster):
            with suppress(ProcessLookupError):
                os.kill(pid, code)
        if _until(lambda: not _processes(cluster), seconds):
            break
    else:
        raise PostgresError(
            f"processes of an earlier PostgreSQL in {cluster} do not end: {_processes(cluster)}"
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _outlast(cluster: Path, say: Callable[[str], None]) -> None:
    earlier = living_postmaster(cluster)
    if earlier is None:
        return
    if f"cluster_name={CLUSTER_NAME}" not in _arguments(earlier.pid):
        raise PostgresError(
            f"another PostgreSQL (process {earlier.pid}) is running in {cluster}: stop it first, "
            "or choose another data folder."
        )
    if _until(lambda: living_postmaster(cluster) is None, 0.5):
        return
    say(f"Waiting for the PostgreSQL of an earlier run (process {earlier.pid}) to close down.")
    if _until(lambda: living_postmaster(cluster) is None, _NUDGE_SECONDS):
        return
    with suppress(ProcessLookupError):
        os.kill(earlier.pid, signal.SIGINT)
    if not _until(lambda: living_postmaster(cluster) is None, _CLOSING_SECONDS):
        raise PostgresError(
            f"the PostgreSQL of an earlier run (process {earlier.pid}) does not close down; "
            f"look into postgres.log, then end it with: kill -QUIT {earlier.pid}"
        )


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _arguments(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _lives_in(pid: int, cluster: Path) -> bool:
    """Whether the process is a PostgreSQL whose working folder is the cluster; a zombie is not."""
    process = _PROC / str(pid)
    try:
        program = Path(os.readlink(process / "exe")).name  # noqa: PTH115
        return program.startswith("postgres") and (process / "cwd").samefile(cluster)
    except OSError:
        return False


def _processes(cluster: Path) -> list[int]:
    return [
        int(entry.name)
        for entry in _PROC.iterdir()
        if entry.name.isdigit() and _lives_in(int(entry.name), cluster)
    ]
