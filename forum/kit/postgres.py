"""The embedded PostgreSQL: a cluster in the data folder and its supervised server, for small sites.

    with EmbeddedPostgres(Path(".data")) as postgres:
        connect(postgres.url())

Below the data folder lie `postgres/` (the cluster), `postgres.log`, and `postgres.lock`, held while we live.
The server is our direct child, listens on a private socket only, ends with us even when we are killed with
-9, and is started again when it dies before us.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Final, Self
from urllib.parse import quote

from forum.kit import postgres_guard
from forum.kit.postgres_place import (
    CLEAN,
    Owner,
    PostgresError,
    Say,
    find_binaries,
    find_cluster,
    find_owner,
    find_socket_folder,
    new_cluster,
    say_on_stderr,
)
from forum.kit.postgres_remains import CLUSTER_NAME, clear, living_postmaster

__all__ = ["EmbeddedPostgres", "PostgresError", "running_url"]

log = logging.getLogger(__name__)

DATABASE: Final = "forum"
ROLE: Final = "forum"
_SUPERUSER: Final = "postgres"
_EXTENSIONS: Final = (
    "SET client_min_messages = warning",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE EXTENSION IF NOT EXISTS citext",
)
_COUNTING: Final = "pg_stat_statements"
_COUNTING_EXTENSION: Final = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"
_START_SECONDS: Final = 600.0  # recovery after a crash may replay a gigabyte
_STOP_SECONDS: Final = 60.0
_LOG_BYTES: Final = 10_000_000
_BACK_OFF_SECONDS: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
_CLUSTER_OPTIONS: Final = (
    "--auth=trust",  # the socket's folder is closed to everybody else
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)
_DEFAULTS: Final = {
    "cluster_name": CLUSTER_NAME,
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # the detail of an error quotes what members wrote
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
_UNSAFE: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def running_url(data: Path, database: str = DATABASE) -> str | None:
    """The address of the server that another process runs in this data folder, or None."""
    cluster = find_cluster(data.resolve())
    server = living_postmaster(cluster) if cluster is not None else None
    return _url(server.socket_folder, database, ROLE) if server is not None and server.ready else None


def _url(folder: Path, database: str, user: str) -> str:
    return f"postgresql://{user}@/{quote(database, safe='')}?host={quote(str(folder))}"


class EmbeddedPostgres:
    """One cluster and its server; a context manager, or `start()` and `stop()`.

    `settings` are PostgreSQL's own parameters and win over ours; `fast_unsafe` gives up safety against
    a crash of the machine (tests); `say` gets lines meant for the operator. `start()` raises `PostgresError`.
    """

    def __init__(
        self,
        data: Path,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        fast_unsafe: bool = False,
        say: Say = say_on_stderr,
    ) -> None:
        self.data = data.resolve()
        self.restarts = 0
        self._settings = {**_DEFAULTS, **(_UNSAFE if fast_unsafe else {}), **settings}
        self._fast_unsafe = fast_unsafe
        self._say = say
        self._lock: IO[str] | None = None
        self._owner = Owner()
        self._binaries = self._cluster = self._socket_folder = Path()
        self._server: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._failure: PostgresError | None = None
        self._log_start = 0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process; another one after it was started again."""
        if self._server is None:
            raise PostgresError("PostgreSQL is not running.")
        return self._server.pid

    def url(self, database: str = DATABASE, *, user: str = ROLE) -> str:
        """The address for asyncpg; the role `forum` owns its databases and may create others, no more."""
        return _url(self._socket_folder, database, user)

    def start(self) -> Self:
        """Make the cluster if there is none, start the server, make the database `forum` if there is none."""
        if self._keeper is not None:
            raise PostgresError("PostgreSQL was started already.")
        self._take_lock()
        try:
            self._prepare()
            self._stopping.clear()
            self._ready.clear()
            self._failure = None
            # This thread starts every server and outlives it: the parent-death signal is tied to a thread.
            self._keeper = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
            self._keeper.start()
            self._ready.wait()
            if self._failure is not None:
                raise self._failure
            self._make_database()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server in order (a fast shutdown) and let go of the data folder; harmless twice."""
        self._stopping.set()
        if self._keeper is not None:
            for code, seconds in (
                (signal.SIGINT, _STOP_SECONDS),
                (signal.SIGQUIT, 10.0),
                (signal.SIGKILL, 10.0),
            ):
                self._signal(code)
                self._keeper.join(seconds)
                if not self._keeper.is_alive():
                    break
            self._keeper = None
        if self._socket_folder not in (Path(), self._cluster):
            with suppress(OSError):
                self._socket_folder.rmdir()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def erase(self) -> None:
        """Stop, and delete the cluster with everything in it (tests)."""
        self.stop()
        if (cluster := find_cluster(self.data)) is not None:
            shutil.rmtree(cluster)
        for name in ("postgres.place", "postgres.log", "postgres.log.1", "postgres.lock"):
            (self.data / name).unlink(missing_ok=True)

    def _signal(self, code: signal.Signals) -> None:
        server = self._server
        if server is not None:
            with suppress(ProcessLookupError, PermissionError):
                server.send_signal(code)

    def _take_lock(self) -> None:
        try:
            if not self.data.exists():  # what is there already keeps its mode
                self.data.mkdir(parents=True)
                self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
            lock = (self.data / "postgres.lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise PostgresError(f"The data folder {self.data} cannot be used: {error.strerror}.") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read(20).strip() or "unknown"
            lock.close()
            raise PostgresError(
                f"{self.data} is in use by another process ({holder}): "
                "stop that one, or choose another data folder."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _prepare(self) -> None:
        existing = find_cluster(self.data)
        self._owner = find_owner(existing, self._say)
        self._binaries = find_binaries(self._owner, self._say)
        if existing is None:
            self._cluster = self._make_cluster()
        else:
            self._cluster = existing
            self._check_version()
            if not self._owner.may_write(existing):
                raise PostgresError(f"PostgreSQL's system user cannot reach {existing} any more.")
        self._socket_folder = find_socket_folder(self._cluster, self._owner)
        if (self._binaries.parent / "lib" / f"{_COUNTING}.so").exists():
            self._settings.setdefault("shared_preload_libraries", _COUNTING)

    def _check_version(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        program = self._owner.run([self._binaries / "postgres", "--version"]).stdout
        ours = program.split()[-1].partition(".")[0]
        if made_by != ours:
            raise PostgresError(
                f"{self._cluster} was made by PostgreSQL {made_by}, and this release brings {ours}. "
                "Nothing was changed. Dump it with the release that made it and restore into a new data "
                "folder, or go back to that release."
            )

    def _make_cluster(self) -> Path:
        cluster = new_cluster(self.data, self._owner, self._say)
        making = cluster.with_name(cluster.name + ".new")
        command: list[str | Path] = [
            self._binaries / "initdb",
            "-D",
            making,
            "-U",
            _SUPERUSER,
            *_CLUSTER_OPTIONS,
        ]
        if self._fast_unsafe:
            command.append("--no-sync")
        done = self._owner.run(command)
        if done.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise PostgresError(
                f"PostgreSQL could not make its cluster in {cluster}: {done.stderr.strip()[-500:]}"
            )
        if cluster.exists():
            cluster.rmdir()
        making.rename(cluster)
        return cluster

    def _keep(self) -> None:
        """The keeper's life: start, wait until it ends, start again; a first start that fails is final."""
        failures = 0
        while not self._stopping.is_set():
            try:
                self._launch()
                self._await_ready()
                failures = 0
                self._ready.set()
                self._wait()
            except Exception as error:  # the keeper must live: the server would end with it
                self._wait(kill=True)
                if not self._ready.is_set():
                    self._failure = error if isinstance(error, PostgresError) else PostgresError(str(error))
                    self._ready.set()
                    return
                failures += 1
                log.error("PostgreSQL does not start: %s", error)
            if not self._stopping.wait(_BACK_OFF_SECONDS[min(failures, len(_BACK_OFF_SECONDS) - 1)]):
                self.restarts += 1
                log.warning("PostgreSQL ended by itself: starting it again")

    def _wait(self, *, kill: bool = False) -> None:
        if self._server is not None:
            if kill:
                self._signal(signal.SIGQUIT)
            self._server.wait()
            self._server = None

    def _launch(self) -> None:
        clear(self._cluster, self._say)
        self._turn_log()
        user, group = self._owner.user, self._owner.group
        command = [sys.executable, "-I", "-S", postgres_guard.__file__, str(os.getpid())]
        command += [str(-1 if user is None else user), str(-1 if group is None else group)]
        command += [
            str(self._binaries / "postgres"),
            "-D",
            str(self._cluster),
            "-k",
            str(self._socket_folder),
        ]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        (self.data / "postgres.log").touch(mode=0o600)
        with (self.data / "postgres.log").open("ab") as output:
            self._log_start = output.tell()
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=CLEAN,
                start_new_session=True,  # Ctrl-C at the terminal is ours to answer
            )
        if self._stopping.is_set():  # asked to stop while there was nothing to signal
            self._signal(signal.SIGINT)

    def _turn_log(self) -> None:
        file = self.data / "postgres.log"
        if file.exists() and file.stat().st_size > _LOG_BYTES:
            file.replace(self.data / "postgres.log.1")

    def _await_ready(self) -> None:
        assert self._server is not None
        begun = told = time.monotonic()
        while True:
            if self._server.poll() is not None:
                if self._stopping.is_set():
                    return
                raise PostgresError(f"PostgreSQL ended at once: {self._last_words()}")
            server = living_postmaster(self._cluster)
            if server is not None and server.ready and server.pid == self._server.pid:
                return
            now = time.monotonic()
            if now - begun > _START_SECONDS:
                raise PostgresError(
                    f"PostgreSQL was not ready after {_START_SECONDS:.0f} s: {self._last_words()}"
                )
            if now - told > 10:
                told = now
                self._say("PostgreSQL is recovering from a crash; this can take some minutes.")
            time.sleep(0.01)

    def _last_words(self) -> str:
        """The end of what it wrote to its log this time."""
        with (self.data / "postgres.log").open("rb") as written:
            written.seek(self._log_start)
            lines = written.read(100_000).decode(errors="replace").strip().splitlines()
        return " / ".join(lines[-4:]) or "no word in its log"

    def _psql(self, database: str, *statements: str) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [self._binaries / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d"]
        command.append(_url(self._socket_folder, database, _SUPERUSER))
        for statement in statements:
            command += ["-c", statement]
        return self._owner.run(command)

    def _make_database(self) -> None:
        counting = self._settings.get("shared_preload_libraries") == _COUNTING
        extensions = (*_EXTENSIONS, _COUNTING_EXTENSION) if counting else _EXTENSIONS
        if self._psql(DATABASE, *extensions).returncode == 0:
            return
        role = self._psql("postgres", "SELECT 1 FROM pg_roles WHERE rolname = 'forum'")
        if not role.stdout.strip():
            self._demand("postgres", "CREATE ROLE forum LOGIN CREATEDB", "GRANT pg_monitor TO forum")
        base = self._psql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'forum'")
        if not base.stdout.strip():
            self._demand("postgres", "CREATE DATABASE forum OWNER forum")
        self._demand(DATABASE, *extensions)

    def _demand(self, database: str, *statements: str) -> None:
        done = self._psql(database, *statements)
        if done.returncode != 0:
            raise PostgresError(f"PostgreSQL could not be prepared: {done.stderr.strip()[-500:]}")
