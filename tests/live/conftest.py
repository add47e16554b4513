"""An embedded PostgreSQL of this folder's own (the horizon of the facts is cluster-wide), and servers of `/live`."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration
from forum.kit.postgres import EmbeddedPostgres
from tests.live.community import Community


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def live_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="plenary-live-") as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o711)
        postgres = EmbeddedPostgres(Path(folder), fast_unsafe=True, settings={"shared_buffers": "32MB"})
        with postgres:
            asyncio.run(_migrate(postgres.url()))
            yield postgres.url()
        postgres.erase()


async def _migrate(url: str) -> None:
    await connect(tortoise_config(url, DatabaseSettings()))
    try:
        async for _ in migration.migrate():
            pass
    finally:
        await disconnect()


@contextmanager
def serving(url: str, send_buffer: int | None = None) -> Iterator[int]:
    """The port of a new server process; ``send_buffer`` bytes are what the kernel keeps for each of its streams."""
    with socket.socket() as listening:
        if send_buffer is not None:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        listening.bind(("127.0.0.1", 0))
        listening.listen(2048)
        fd, port = listening.fileno(), listening.getsockname()[1]
        server = subprocess.Popen([sys.executable, "-m", "tests.live.serve", url, str(fd)], pass_fds=[fd])
    try:
        yield port
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def port(live_url: str) -> Iterator[int]:
    with serving(live_url) as port:
        yield port


@pytest.fixture
def serve(live_url: str) -> Callable[..., object]:
    return lambda **options: serving(live_url, **options)


@pytest.fixture
async def community(live_url: str) -> AsyncIterator[Community]:
    raw = await asyncpg.connect(live_url)
    community = Community(raw)
    for name in ("Ben", "Cem", "Fay"):
        await community.member(name)
    try:
        yield community
    finally:
        await raw.close()
