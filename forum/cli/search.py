"""forum search …"""
from typing import Annotated

import typer

from config.settings import Settings
from forum.cli.session import in_database, progress_bar, say
from forum.searching import comparison, engine
from forum.searching.indexing import count_documents
from forum.searching.rebuild import rebuild as rebuild_index

app = typer.Typer(no_args_is_help=True)


@app.callback()
def search() -> None:
    """The search index: made from the database, and made anew from it at any time."""


@app.command()
def rebuild() -> None:
    """Make the whole index anew while the old one serves."""

    async def work(settings: Settings) -> int:
        async with engine.installed(settings):
            with progress_bar("Indexing posts") as show:
                return await rebuild_index(show)

    print(f"indexed {in_database(work)} posts")


@app.command()
def verify(
    mend: Annotated[bool, typer.Option("--mend/--dry-run", help="Put right what differs, or only count it.")] = True,
) -> None:
    """Compare the index with the database, post by post; the forum may go on meanwhile."""

    async def work(settings: Settings) -> comparison.Differences:
        async with engine.installed(settings):
            with progress_bar("Comparing posts") as show:
                return await comparison.verify(mend=mend, progress=show)

    found = in_database(work)
    print(found)
    if found.total and not mend:
        say("Mend it: forum search verify")
        raise typer.Exit(1)
    say("All of it is mended." if found.total else "The index is in step with the database.")


@app.command()
def status() -> None:
    """Say whether the engine is ready, and how much it holds."""

    async def work(settings: Settings) -> bool:
        async with engine.installed(settings) as found:
            said = await found.status()
        print(f"engine     {settings.search.engine}")
        print(f"documents  {said.documents}")
        print(f"posts      {await count_documents()}")
        print(f"ready      {'yes' if said.ready else 'no'}")
        if said.reason:
            print(f"reason     {said.reason}")
        return said.ready

    if not in_database(work):
        raise typer.Exit(1)
