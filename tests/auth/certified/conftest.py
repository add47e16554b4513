"""The forum on a real socket, and the certified provider beside it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import uvicorn

from config.loading import load
from config.settings import ProviderSettings, Secret, Settings
from forum.app import Site
from tests.auth.certified.provider import Certified


def listening(port: int = 0) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    return found


@dataclass
class Forum:
    """``raw`` is a connection to its database."""

    site: Site
    base: str
    raw: asyncpg.Connection
    browsers: list[httpx2.AsyncClient] = field(default_factory=list)

    def browser(self) -> httpx2.AsyncClient:
        """One that follows redirects and keeps cookies, here and at the provider."""
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        self.browsers.append(httpx2.AsyncClient(base_url=self.base, headers=headers, follow_redirects=True))
        return self.browsers[-1]

    def ten_seconds_later(self) -> None:
        """As if they had passed since the provider was asked for newer keys."""
        provider = self.site.doors.providers.named("op")
        assert provider is not None
        provider.client._forced_at -= 10


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Of the forum and of the provider."""
    with listening() as one, listening() as two:
        return one.getsockname()[1], two.getsockname()[1]


@pytest.fixture(scope="module")
def op(ports: tuple[int, int]) -> Iterator[Certified]:
    with Certified(ports[1], f"http://127.0.0.1:{ports[0]}") as op:
        yield op


@pytest.fixture
def silent() -> bool:
    return False


@pytest.fixture
def settings(op: Certified, ports: tuple[int, int], tmp_path: Path, silent: bool) -> Settings:
    provider = ProviderSettings(
        name="op",
        label="Course platform",
        issuer=op.issuer,
        client_id="forum",
        client_secret=Secret("forum-secret"),
        new_members="active",
        silent=silent,
        step_up_acr="urn:mfa",
    )
    found = load(
        environ={},
        site_base_url=f"http://127.0.0.1:{ports[0]}",
        site_secret_key="a key for tests, long enough to be taken",
        search_folder=str(tmp_path / "search"),
    )
    return replace(found, auth=replace(found.auth, providers=(provider,)))


@pytest.fixture
async def forum(settings: Settings, ports: tuple[int, int], committed_url: str) -> AsyncIterator[Forum]:
    site = Site(settings)
    raw = await asyncpg.connect(committed_url)
    async with site.running(committed_url), _served(site, ports[0]):
        forum = Forum(site, settings.site.base_url, raw)
        yield forum
        for browser in forum.browsers:
            await browser.aclose()
        await raw.close()


@asynccontextmanager
async def _served(site: Site, port: int) -> AsyncIterator[None]:
    config: Any = {"lifespan": "off", "log_level": "warning", "access_log": False, "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(site.app, **config))
    with listening(port) as socket_:
        socket_.listen(100)
        serving = asyncio.create_task(server._serve([socket_]))
        yield
        site.drain()
        server.should_exit = True
        await serving
