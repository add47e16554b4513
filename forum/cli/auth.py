"""forum auth …"""
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from auth.claims import claim_rules
from auth.oidc.pasted import PastedError, read_pasted
from auth.oidc.places import Finding, NotSettledError
from config.loading import load
from forum.cli.session import say
from forum.kit.errors import Invalid
from forum.web.messages import explain

app = typer.Typer(no_args_is_help=True)


@app.callback()
def auth() -> None:
    """Sign-in."""


@app.command()
def claims_preview(
    provider: Annotated[str, typer.Option(help="The provider's name in the settings.")],
    file: Annotated[typer.FileText, typer.Argument(help="Claims as JSON, or a token; - reads them from stdin.")],
) -> None:
    """Show which places in groups a provider's claims would give, by the rules in the settings; nothing is written."""
    known = {one.name: one for one in claim_rules(load(needs_secret=False).auth.providers)}
    if provider not in known:
        raise Invalid({"--provider": "unknown_choice"})
    try:
        said, unverified = read_pasted(file.read())
        found = known[provider].findings(said)
    except (PastedError, UnicodeDecodeError) as wrong:
        raise Invalid({Path(file.name).name: getattr(wrong, "code", "claims_not_json")}) from None
    except NotSettledError as unsaid:
        say(explain(unsaid.reason))
        raise typer.Exit(1) from None
    if unverified:
        say("These claims come out of a token whose signature was not checked.")
    Console().print(_table(found))


def _table(found: list[Finding]) -> Table:
    table = Table()
    for title in ("value", "rule", "group", "role", "when it is said no more"):
        table.add_column(title, overflow="fold")
    for one in found:
        rule, value = str(one.rule or "none"), _shown(one.value)
        if one.wanted is None:
            table.add_row(value, rule, "none", "", explain(one.problem or ""))
        else:
            ends = "ends at once" if one.wanted.ends_at_once else "as the group says"
            table.add_row(value, rule, one.wanted.group, one.wanted.role.value, ends)
    return table


def _shown(value: str) -> Text:
    """Whatever was pasted is no markup and moves no cursor."""
    return Text("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in value))
