"""forum member …"""
from typing import Annotated

import typer

from auth.actor import StaffRole
from config.settings import Settings
from forum.cli.session import in_database, say
from forum.members.commands import promote as promote_member

app = typer.Typer(no_args_is_help=True)


@app.callback()
def members() -> None:
    """Members."""


@app.command()
def promote(
    username: str,
    role: Annotated[StaffRole | None, typer.Option(help="Leave it out to take the role away.")] = None,
) -> None:
    """Make a member site staff: this is how the first admin comes to be."""

    async def work(_settings: Settings) -> None:
        await promote_member(username, role)

    in_database(work)
    say(f"{username} is now {role.value if role else 'a member without a site role'}.")
