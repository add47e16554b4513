"""A served site, and clients of it made as the operator makes them."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx2
import pytest

from auth.scim import clients
from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from tests.support import database

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    base: str

    def client(self, name: str, *, issuer: str | None = None) -> httpx2.Client:
        """A provisioning client of its own, made in a thread: a test may have an event loop already."""
        with ThreadPoolExecutor(1) as pool:
            token = pool.submit(asyncio.run, self._make(name, issuer or f"https://{name}.example.test")).result()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
        return httpx2.Client(base_url=self.base + "/scim/v2", headers=headers, timeout=30)

    async def _make(self, name: str, issuer: str) -> str:
        await connect(tortoise_config(self.url, DatabaseSettings()))
        try:
            return (await clients.create(name, issuer, "externalId")).token
        finally:
            await disconnect()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with database.clone() as url, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(200)
        fd, base = listening.fileno(), f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = subprocess.Popen([sys.executable, "-m", "tests.scim.serve", url, base, str(fd)], pass_fds=[fd])
        try:
            _until_alive(base, server)
            yield Served(url, base)
        finally:
            server.terminate()
            server.wait(20)


def _until_alive(base: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx2.get(base + "/livez", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            continue
    raise RuntimeError("the site did not start")
