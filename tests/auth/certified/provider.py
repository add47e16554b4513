"""The certified provider (panva's oidc-provider, from npm) as a process of its own."""

import hashlib
import os
import queue
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Final, Self

import httpx2
import pytest

FOLDER: Final = Path(__file__).parent
MODULES: Final = FOLDER / "node_modules"
INSTALL_SECONDS, START_SECONDS = 180, 20
CONFIRM: Final = re.compile(r'name="xsrf" value="([^"]+)"')


def node() -> str:
    """Where Node is, with the provider installed; without it these tests are skipped, but never in CI."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        _missing("Node and npm are not installed (Debian: apt-get install nodejs npm)")
    assert found and npm
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".of-lock"
    if not stamp.exists() or stamp.read_text() != lock:
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        if done.returncode:
            _missing("the provider cannot be installed: " + done.stderr[-500:])
        stamp.write_text(lock)
    return found


def _missing(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(why + "; in CI these tests must run")
    pytest.skip(why)


class Certified:
    """A context manager; ``forum`` is the base address of the one client it knows."""

    def __init__(self, port: int, forum: str) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self._command = [node(), str(FOLDER / "op.mjs"), str(port), forum]

    def __enter__(self) -> Self:
        said: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        threading.Thread(target=lambda out: said.put(out.readline()), args=[self._process.stdout], daemon=True).start()
        assert said.get(timeout=START_SECONDS) == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    async def change_keys(self) -> None:
        """From now on it signs with another key, and publishes only that."""
        async with httpx2.AsyncClient() as http:
            assert (await http.post(self.issuer + "/test/change-keys")).status_code == 204

    async def confirm_leaving(self, browser: httpx2.AsyncClient, page: httpx2.Response) -> httpx2.Response:
        """Press "yes" on its page that asks whether to sign out."""
        token = CONFIRM.search(page.text)
        assert token, page.text
        form = {"xsrf": token[1], "logout": "yes"}
        return await browser.post(self.issuer + "/session/end/confirm", data=form)
