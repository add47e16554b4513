"""forum config …"""
import typer

from config.loading import describe, load
from forum.cli.session import say

app = typer.Typer(no_args_is_help=True)


@app.callback()
def config() -> None:
    """Settings."""


@app.command()
def show() -> None:
    """Print every setting in force and where it comes from; secrets are masked."""
    for key, value, source in describe(load(needs_secret=False)):
        print(f"{key} = {value}  # {source}")


@app.command()
def check() -> None:
    """Read all settings and name every mistake; exit status 2 if there is one."""
    load()
    say("The settings are good.")
