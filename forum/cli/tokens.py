"""forum token …"""
from typing import Annotated

import typer

from auth.actor import Scope
from config.settings import Settings
from forum.cli.session import in_database
from forum.groups.queries import ids_of
from forum.kit.errors import NotFound
from forum.kit.transaction import command
from forum.members.commands import make_token
from forum.members.queries import id_of

app = typer.Typer(no_args_is_help=True)


@app.callback()
def tokens() -> None:
    """API tokens."""


@app.command()
def create(
    member: Annotated[str, typer.Option(help="Whose token: a username.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may be used for; give it several times for several.")],
    group: Annotated[list[str] | None, typer.Option(help="A group's slug, to open these groups only.")] = None,
    name: Annotated[str, typer.Option(help="What the member sees in the list of tokens.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lasts.")] = 90,
) -> None:
    """Make an API token and print it, alone, on stdout: it is shown this once."""

    async def work(_settings: Settings) -> str:
        return await _create(member, scope, group or [], name, days)

    print(in_database(work))


@command
async def _create(username: str, scopes: list[Scope], slugs: list[str], name: str, days: int) -> str:
    member_id = await id_of(username)
    if member_id is None:
        raise NotFound("unknown_member")
    ids = await ids_of(slugs)
    if len(ids) < len(set(slugs)):
        raise NotFound("unknown_group")
    made = await make_token(member_id, name, scopes, days, list(ids.values()) or None, by=None)
    return made.token
