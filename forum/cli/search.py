"""forum search …"""
import typer

from config.settings import Settings
from forum.cli.session import in_database, progress_bar
from forum.searching import engine
from forum.searching.rebuild import rebuild as rebuild_index

app = typer.Typer(no_args_is_help=True)


@app.callback()
def search() -> None:
    """The search index: a folder that can be made anew at any time."""


@app.command()
def rebuild() -> None:
    """Make the whole index anew while the old one serves."""

    async def work(settings: Settings) -> int:
        async with engine.installed(settings):
            with progress_bar("Indexing posts") as show:
                return await rebuild_index(show)

    print(f"indexed {in_database(work)} posts")
