"""forum import …"""
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from forum.cli.session import in_database, progress_bar, say
from forum.kit import migration
from forum.searching import engine
from forum.searching.rebuild import rebuild
from forum.transfer.community import import_community
from forum.transfer.community.report import Report

app = typer.Typer(no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Bring an existing community in."""


@app.command()
def community(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON lines, also gzipped.")],
    index: Annotated[bool, typer.Option(help="Rebuild the search index afterwards.")] = True,
) -> None:
    """Import a community: one message a line (group, topic, id, author, ts, html). A second run adds nothing."""

    async def work(settings: Settings) -> Report:
        async for name in migration.migrate():
            say(f"migrated {name}")
        with progress_bar("Importing messages") as show:
            report = await import_community(file, show)
        if index and report.posts:
            async with engine.installed(settings):
                with progress_bar("Indexing posts") as show:
                    await rebuild(show)
        return report

    tell(in_database(work))


def tell(report: Report) -> None:
    for line, reason in report.broken:
        say(f"line {line}: {reason}")
    print(
        f"added {report.groups} groups, {report.members} members, {report.threads} threads, {report.posts} posts; "
        f"skipped {report.skipped}, broken lines {report.broken_count}, {report.seconds:.1f} s"
    )
    if report.broken_count:
        raise typer.Exit(1)
