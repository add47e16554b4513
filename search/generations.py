"""The folder of the embedded index: generations side by side, and one small file that names the active one.

root/active        {"folder": "gen-…", "format": 1}, replaced in one rename
root/gen-…/        an index; the previous one is removed after the swap
root/*.lock        held with flock, so a killed process leaves nothing locked
"""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.engine import SearchUnavailable

# Raise it whenever the fields or the text analysis change: old folders then ask for a rebuild.
FORMAT = 4

_LOCK_POLL = 0.02  # seconds


class Generations:
    """Finds, makes and swaps the generations under one root folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "active"

    def stamp(self) -> tuple[int, int]:
        """A value that changes with every swap: inode and time of the pointer."""
        return file_stamp(self._pointer)

    def active(self) -> Path:
        """The folder that serves; SearchUnavailable when there is none that we can read."""
        try:
            pointer = json.loads(self._pointer.read_bytes())
            folder, version = str(pointer["folder"]), pointer["format"]
        except FileNotFoundError:
            raise SearchUnavailable("there is no search index yet: rebuild it") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SearchUnavailable(f"the search index has a broken pointer: rebuild it ({error})") from error
        if version != FORMAT:
            raise SearchUnavailable(f"the search index has format {version}, not {FORMAT}: rebuild it")
        if not folder.startswith("gen-") or Path(folder).name != folder:
            raise SearchUnavailable("the search index has a foreign pointer: rebuild it")
        return self.root / folder

    def create(self) -> Path:
        """Make the empty folder of a new generation, which nobody reads yet."""
        folder = self.root / f"gen-{int(time.time()):x}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        return folder

    def activate(self, folder: Path) -> None:
        """Swap: from the next look on, every process reads this folder."""
        draft = self.root / "active.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"folder": folder.name, "format": FORMAT}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._pointer)

    def sweep(self, keep: Path | None) -> None:
        """Remove the other generations; readers that still map their files are not disturbed."""
        for folder in self.root.glob("gen-*"):
            if folder != keep:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def locked(self, name: str, wait: float) -> Iterator[None]:
        """Hold a lock against other engines and processes; SearchUnavailable after `wait` seconds."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + wait
            while not _try_lock(descriptor):
                if time.monotonic() >= deadline:
                    raise SearchUnavailable(f"another process holds the search index's {name} lock")
                time.sleep(_LOCK_POLL)
            yield
        finally:
            os.close(descriptor)


def file_stamp(path: Path) -> tuple[int, int]:
    """Inode and time of a file, (0, 0) when it is missing; a rename over it changes them."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
