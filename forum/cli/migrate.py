"""forum migrate"""
from typing import Annotated

import typer

from config.settings import Settings
from forum.cli.session import in_database, say
from forum.kit import migration


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say what is pending; exit 1 if anything is.")] = False,
) -> None:
    """Bring the database's schema up to date, one migration at a time."""
    pending = in_database(_check if check else _migrate)
    if check and pending:
        for name in pending:
            print(name)
        raise typer.Exit(1)
    if not pending:
        say("The database is up to date.")


async def _check(_settings: Settings) -> list[str]:
    return await migration.pending()


async def _migrate(_settings: Settings) -> list[str]:
    done = []
    async for name in migration.migrate():
        say(f"migrated {name}")
        done.append(name)
    return done
