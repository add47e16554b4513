"""forum demo, forum serve, forum worker."""
import asyncio
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from types import FrameType
from typing import Annotated, NoReturn

import typer
import uvicorn
from starlette.applications import Starlette

from auth.lti.campus import Campus
from auth.outbound import open_client
from config import logging as logs
from config.loading import load
from config.settings import Settings
from forum.app import Site
from forum.cli.processes import Processes, when_orphaned
from forum.cli.session import database_url, open_database, say
from forum.courses import campus as rosters
from forum.directory import MemberDirectory
from forum.kit import migration
from forum.outbox import registry
from forum.outbox.stream import renumber_after_restore
from forum.places import GroupPlaces
from forum.searching import engine
from forum.searching.rebuild import keeping_an_index
from forum.site.kind import SiteKind, declare_kind, kind_of_site
from forum.subscriptions import SUBSCRIPTIONS
from forum.worker import run_worker

KEEP_ALIVE_SECONDS = 10
BACKLOG = 512
LEAVE_SECONDS = 1.0
# They were told to end when the requests were; this is for giving back what is not done.
JOBS_SECONDS = 5.0


class Server(uvicorn.Server):
    """Tells the site that it is asked to stop before it stops, so that streams and probes know.

    After SIGTERM it still serves for ``LEAVE_SECONDS``: whoever watches `/readyz` sees 503 before the door closes.
    """

    def __init__(
        self, config: uvicorn.Config, site: Site, stop: asyncio.Event, ready: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(config)
        self._site, self._stop, self._ready = site, stop, ready
        self._leave_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._site.drain()
        if sig == signal.SIGTERM and self._leave_at is None:
            # Not handed to uvicorn: it would die of the signal in the end, and an orderly end has status 0.
            self._leave_at = time.monotonic() + LEAVE_SECONDS
        elif sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)

    def abandon(self) -> None:
        """Leave at once, without waiting to be noticed."""
        self._site.drain()
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._leave_at is not None:
            self._stop.set()
            self.should_exit = self.should_exit or time.monotonic() >= self._leave_at
        return await super().on_tick(counter)


def refuse(why: str) -> NoReturn:
    say(why)
    raise typer.Exit(1)


def serve(
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Run the worker inside.")] = False,
) -> None:
    """Serve the forum in production; migrate first."""
    settings = load(server_with_worker=with_worker or None)
    logs.set_up(settings.logging)
    with database_url(settings) as url:
        asyncio.run(_prepare(settings, url))
        if settings.server.processes > 1:
            _run_many(settings, url)
        else:
            run(Site(settings), url)


async def _prepare(settings: Settings, url: str) -> None:
    async with open_database(settings, url):
        if pending := await migration.pending():
            say(f"These migrations are pending: {', '.join(pending)}. Run: forum migrate")
            raise typer.Exit(1)
        if await kind_of_site() is SiteKind.DEMO:
            refuse("This database is a demo's, where anybody can be anybody; it is never served in production.")
        await declare_kind(SiteKind.PRODUCTION)
        await renumber_after_restore()


def run(site: Site, url: str) -> None:
    """Serve in this process until told to stop."""
    _server(site, url).run()


def _server(site: Site, url: str, ready: Callable[[], None] = lambda: None) -> Server:
    stop = asyncio.Event()
    site.app.router.lifespan_context = lambda _app: _lifespan(site, url, stop)
    return Server(_uvicorn(site.app, site.settings), site, stop, ready)


def serve_one(url: str, listening: socket.socket, ready: Connection) -> None:
    """One web process among several: it reads the settings itself, and ends with the one that started it."""
    settings = load()
    logs.set_up(settings.logging)
    server = _server(Site(settings), url, ready=lambda: ready.send(True))
    when_orphaned(server.abandon)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        sys.exit(130)


def _run_many(settings: Settings, url: str) -> None:
    server = settings.server
    listening = socket.create_server(
        (server.host, server.port),
        family=socket.AF_INET6 if ":" in server.host else socket.AF_INET,
        backlog=BACKLOG,
    )
    leave_seconds = LEAVE_SECONDS + server.drain_seconds + JOBS_SECONDS + 2
    Processes(server.processes, serve_one, url, listening, leave_seconds).run()


def _uvicorn(app: Starlette, settings: Settings) -> uvicorn.Config:
    trusted = ",".join(settings.server.trusted_proxies)
    return uvicorn.Config(
        app,
        host=settings.server.host,
        port=settings.server.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.server.drain_seconds,
        backlog=BACKLOG,
    )


@asynccontextmanager
async def _lifespan(site: Site, url: str, stop: asyncio.Event) -> AsyncIterator[None]:
    async with site.running(url):
        jobs = (
            asyncio.create_task(_run_jobs(stop, site), name="worker")
            if site.settings.server.with_worker
            else None
        )
        try:
            yield
        finally:
            stop.set()
            if jobs is not None:
                await asyncio.wait([jobs], timeout=JOBS_SECONDS)


async def _run_jobs(stop: asyncio.Event, site: Site) -> None:
    async with keeping_an_index():
        await run_worker(stop, site.settings.jobs, site.listener)


def worker() -> None:
    """Run the jobs: notices, indexing, upkeep."""
    settings = load(needs_secret=False)
    logs.set_up(settings.logging)
    with database_url(settings) as url:
        asyncio.run(_work(settings, url))


async def _work(settings: Settings, url: str) -> None:
    registry.install(SUBSCRIPTIONS)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        open_database(settings, url),
        engine.installed(settings),
        keeping_an_index(),
        open_client(settings.limits) as client,
    ):
        if settings.site.secret_key:
            campus, directory = Campus(settings, client), MemberDirectory(settings.auth)
            rosters.install(rosters.Readers(campus, directory, GroupPlaces(settings.site)))
        await run_worker(stop, settings.jobs)
