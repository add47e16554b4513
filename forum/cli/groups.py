"""forum groups …"""
from typing import Annotated

import typer

from config.settings import Settings
from forum.cli.session import in_database, say
from forum.groups.commands.leaving import set_leaving
from forum.groups.models import OnLeave
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


@app.command()
def leaving(
    slug: Annotated[str, typer.Argument(help="The group's address.")],
    on_leave: Annotated[OnLeave, typer.Option(help="What becomes of a place that a course or a claim gave.")],
    grace_days: Annotated[int, typer.Option(min=0, max=365, help="How long it lasts after its source let it go.")] = 14,
    alumni_group: Annotated[str | None, typer.Option(help="Where alumni go: a group's address.")] = None,
) -> None:
    """Say what happens to those whom a course, a claim or a provisioning system no longer names."""

    async def work(_settings: Settings) -> None:
        await set_leaving(slug, on_leave, grace_days, alumni_group)

    in_database(work)
    say(f"{slug}: {on_leave} after {grace_days} days")
