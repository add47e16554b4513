"""The ``forum`` command: what an operator types.

Results go to stdout, progress and complaints to stderr. Exit status: 0 done, 1 refused or failed, 2 wrong usage.
"""
import sys

import typer

from config.loading import SettingsError
from forum.cli import auth, config, demo, groups, imports, members, migrate, scim, search, serving, tokens
from forum.cli.doctor import doctor
from forum.jobs.queue import NotNowError
from forum.kit.errors import Invalid, Refusal
from forum.kit.postgres import PostgresError
from forum.web.messages import explain, explain_field
from search.engine import SearchUnavailable

app = typer.Typer(
    name="forum",
    help="Plenary: a community-of-practice forum.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(serving.serve)
app.command()(serving.worker)
app.command()(migrate.migrate)
app.command()(doctor)
app.add_typer(imports.app, name="import", help="Bring an existing community in.")
app.add_typer(search.app, name="search", help="The search index.")
app.add_typer(tokens.app, name="token", help="API tokens.")
app.add_typer(scim.app, name="scim", help="Provisioning by SCIM 2.0.")
app.add_typer(groups.app, name="groups", help="Groups.")
app.add_typer(members.app, name="member", help="Members.")
app.add_typer(auth.app, name="auth", help="Sign-in.")
app.add_typer(config.app, name="config", help="Settings.")


def run() -> None:
    """The console script: every foreseen failure is one plain line."""
    try:
        app()
    except SettingsError as error:
        complain(str(error))
        sys.exit(2)
    except PostgresError as error:
        complain(str(error))
        sys.exit(1)
    except Invalid as refusal:
        for field, code in refusal.errors.items():
            complain(f"{field}: {explain_field(code)}" if field else explain(code))
        sys.exit(1)
    except Refusal as refusal:
        complain(explain(refusal.code))
        sys.exit(1)
    except (SearchUnavailable, NotNowError, OSError) as error:
        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        complain("Stopped.")
        sys.exit(130)


def complain(text: str) -> None:
    print(text, file=sys.stderr)
