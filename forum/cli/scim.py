"""forum scim client …"""
from typing import Annotated

import typer

from auth.scim.clients import ClientView, all_clients
from config.settings import Settings
from forum.cli.session import in_database, say
from forum.provisioning.commands import make_client, remove_client

app = typer.Typer(no_args_is_help=True)
clients = typer.Typer(no_args_is_help=True)
app.add_typer(clients, name="client", help="Systems that provision people here.")


@app.callback()
def scim() -> None:
    """Provisioning by SCIM 2.0."""


@clients.command()
def create(
    name: str,
    issuer: Annotated[str, typer.Option(help="The issuer its people sign in with, as in the provider's settings.")],
    subject_from: Annotated[
        str, typer.Option(help="What holds the subject they sign in with: externalId, userName or id.")
    ] = "externalId",
    group: Annotated[list[str] | None, typer.Option(help="A group it may fill by its name; give it for each.")] = None,
) -> None:
    """Make a client and print its token, alone, on stdout: it is shown this once."""

    async def work(_settings: Settings) -> str:
        return (await make_client(None, name, issuer, subject_from, group or ())).token

    print(in_database(work))


@clients.command(name="list")
def list_clients() -> None:
    """The clients, a line each: name, issuer, subject, users, groups, when it was last used."""

    async def work(_settings: Settings) -> list[ClientView]:
        return await all_clients()

    for one in in_database(work):
        used = one.last_used_at.isoformat(timespec="minutes") if one.last_used_at else "never"
        print(one.client.name, one.client.issuer, one.client.subject_from, one.users, one.groups, used, sep="\t")


@clients.command()
def remove(name: str) -> None:
    """End a client's token; its places leave as each group says, whom it suspended stays suspended."""

    async def work(_settings: Settings) -> None:
        await remove_client(None, name)

    in_database(work)
    say(f"{name} is removed.")
