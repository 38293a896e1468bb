"""The command ``mailgrant``: each of its commands stands beside its subject."""

import sys
from importlib.util import find_spec

import typer

from mailgrant.adopt.command import adopt
from mailgrant.configuration.cli import check, json_schema
from mailgrant.consumers.cli import client_config
from mailgrant.errors import MailgrantError, SetupError
from mailgrant.forge.cli import comment
from mailgrant.forge.issue_cli import issue
from mailgrant.login.cli import verify
from mailgrant.report.cli import preview_report
from mailgrant.report.drift import drift
from mailgrant.report.up import up
from mailgrant.stack.cli import credentials

UNUSABLE = 2  # the command could not do its work

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Passwordless mail for programs in Microsoft 365: from a stack to a verified login.",
    epilog="Exit codes: 0 all is well, 1 something that was checked failed, 2 the command could not do its work.",
)

OFFLINE_NEEDS = ("jwt", "starlette", "trustme", "twisted", "uvicorn")  # what the extra brings
ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


if all(map(_is_installed, OFFLINE_NEEDS)):
    from offline_tenant.cli import app as offline

    app.add_typer(offline, name="offline")
else:

    @app.command("offline", context_settings=ANYTHING, add_help_option=False)
    def offline_is_missing() -> None:
        """Not installed: pip install 'mailgrant[offline]'."""
        raise SetupError("the offline tenant is not installed", "pip install 'mailgrant[offline]'")


app.command()(verify)
app.command()(credentials)
app.command()(adopt)
app.command()(comment)
app.command()(issue)
app.command(name="client-config")(client_config)
app.command(name="preview-report")(preview_report)
app.command()(drift)
app.command()(up)
app.command()(check)
app.command(name="schema")(json_schema)


def main() -> None:
    """Run the command; what mailgrant says on purpose is printed without a traceback."""
    try:
        app()
    except MailgrantError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(getattr(error, "exit_code", UNUSABLE))


if __name__ == "__main__":
    main()
