"""forum groups …"""
import typer

from config.settings import Settings
from forum.cli.session import in_database
from forum.site.founding import found_groups

app = typer.Typer(no_args_is_help=True)


@app.callback()
def groups() -> None:
    """Groups."""


@app.command()
def found() -> None:
    """Found the groups of config/groups.toml that are not there yet."""

    async def work(_settings: Settings) -> int:
        return await found_groups()

    print(f"founded {in_database(work)} groups")
