"""What a command needs around its work: the settings, the database, a progress bar."""
import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.database import connect, disconnect, tortoise_config
from config.loading import load
from config.settings import Settings
from forum.kit.postgres import EmbeddedPostgres, running_url
from forum.outbox import registry
from forum.subscriptions import SUBSCRIPTIONS

T = TypeVar("T")


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the database: the one in the settings, a running embedded one, or one started for this block."""
    if settings.database.url is not None:
        yield settings.database.url.reveal()
        return
    data = Path(settings.database.data)
    if (url := running_url(data)) is not None:
        yield url
        return
    with EmbeddedPostgres(data) as server:
        yield server.url()


@asynccontextmanager
async def open_database(settings: Settings, url: str) -> AsyncIterator[None]:
    """For commands: the worker's time limits, for they may take longer than a page."""
    await connect(tortoise_config(url, settings.database, worker=True))
    try:
        yield
    finally:
        await disconnect()


def in_database(work: Callable[[Settings], Coroutine[Any, Any, T]], *, data: str | None = None) -> T:
    """Run ``work`` with the database open, and with what follows from what it does."""
    registry.install(SUBSCRIPTIONS)
    settings = load(needs_secret=False, database_data=data)

    async def run(url: str) -> T:
        async with open_database(settings, url):
            return await work(settings)

    with database_url(settings) as url:
        return asyncio.run(run(url))


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr (where that is no terminal, its title alone); call the result with (done, total)."""
    if not sys.stderr.isatty():
        say(f"{title} …")
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show


def say(text: str) -> None:
    """A line for the person, not for the pipe."""
    print(text, file=sys.stderr, flush=True)
