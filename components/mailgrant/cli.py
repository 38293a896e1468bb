"""The command ``mailgrant``: one thin function a command."""

import json
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailgrant import expiry, moment, stack
from mailgrant.adopt.command import adopt
from mailgrant.consumers.cli import client_config
from mailgrant.errors import MailgrantError, SetupError
from mailgrant.forge.cli import comment
from mailgrant.login import people
from mailgrant.login import verify as login
from mailgrant.report.cli import preview_report
from mailgrant.report.up import up
from mailgrant.schema import places

FAILED = 1  # something that was checked is not as it should be
AUTOMATION = "(automation)"  # whose client is none: the application that mailgrant runs as
UNUSABLE = 2  # the command could not do its work

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Passwordless mail for programs in Microsoft 365: from a stack to a verified login.",
    epilog="Exit codes: 0 all is well, 1 something that was checked failed, 2 the command could not do its work.",
)

OFFLINE_NEEDS = ("jwt", "starlette", "trustme", "twisted", "uvicorn")  # what the extra brings
NO_MAILBOX = "(the token alone)"
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


StackOption = Annotated[
    str | None, typer.Option("--stack", "-s", help="Name of the stack. [default: selected]")
]
SendOption = Annotated[
    bool, typer.Option("--send", help="Prove SMTP with a real message from each mailbox to itself.")
]
SignInOption = Annotated[
    str | None,
    typer.Option(
        "--sign-in",
        metavar="CLIENT",
        help="Sign in to a client as a person, and prove only what that opens: your own mailbox.",
    ),
]
ClientsOption = Annotated[
    list[str] | None,
    typer.Option("--client", metavar="CLIENT", help="Only this client. May be repeated."),
]
MailboxesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mailbox",
        metavar="ADDRESS",
        help="Only this mailbox; a client with an smtp_scope needs one, and --sign-in takes shared ones besides. May be "
        "repeated.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def verify(
    stack_name: StackOption = None,
    as_json: JsonOption = False,
    send: SendOption = False,
    sign_in: SignInOption = None,
    only: ClientsOption = None,
    mailbox: MailboxesOption = None,
) -> None:
    """Log in as every client of a stack would: a token from Entra, then each mailbox over each protocol.

    Reads no mail and changes nothing. Exit code 1 if any login fails.
    Exchange accepts an SMTP login before it looks at the mailbox: only --send proves that it may send.
    """
    clients = stack.only(stack.clients(stack_name), only)
    mailboxes = [address.lower() for address in mailbox or ()]
    wanted = _of_person(sign_in, clients, mailboxes) if sign_in else login.logins(clients, mailboxes)
    with Console(stderr=True).status(f"{len(wanted)} logins …"):
        results = list(login.attempt_all(wanted, send=send))
    report = login.report(results)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _show(results)
    for place, why in ({} if sign_in else login.not_tried(clients, mailboxes)).items():
        typer.echo(f"not tried: {place}: {why}", err=True)
    raise typer.Exit(0 if report["ok"] else FAILED)


def _of_person(name: str, clients: Mapping[str, stack.Client], mailboxes: list[str]) -> list[login.Login]:
    """The logins of somebody who signs in now."""
    client = stack.only(clients, [name])[name]
    person = people.sign_in(name, client, lambda text: typer.echo(text, err=True))
    return people.logins(name, client, person, mailboxes)


def _show(results: list[login.Result]) -> None:
    console = Console()
    for (client, credential), group in groupby(results, lambda result: (result.client, result.credential)):
        console.print(_table(f"{client} with the credential {credential}", list(group)))
    for result in results:
        if not result.ok:
            where = result.mailbox or result.client
            console.print(Text(f"{where} over {result.protocol}: {result.message}\n  → {result.remedy}"))
    tried = [result for result in results if result.mailbox]
    console.print(Text(f"{sum(result.ok for result in tried)} of {len(tried)} logins verified"))


def _table(title: str, results: list[login.Result]) -> Table:
    table = Table(title=Text(title), title_justify="left")
    table.add_column("mailbox", overflow="fold")
    for name in ("protocol", "login", "seconds"):
        table.add_column(name, no_wrap=True)
    for result in results:
        # Text, because names from outside must not be read as markup.
        cells = (
            Text(result.mailbox or NO_MAILBOX),
            Text(result.protocol),
            _verdict(result),
            Text(f"{result.seconds:.2f}"),
        )
        table.add_row(*cells)
    return table


def _verdict(result: login.Result) -> Text:
    return Text(result.verdict, style="green" if result.ok else "bold red")


StacksOption = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="Name of a stack; may be repeated. [default: selected]"),
]
WarnOption = Annotated[
    int | None, typer.Option("--warn-days", min=0, help="Exit code 1 if anything ends within so many days.")
]


@app.command()
def credentials(
    stack_names: StacksOption = None, as_json: JsonOption = False, warn_days: WarnOption = None
) -> None:
    """List the credentials of stacks: what ends when, and what rotates next. Never shows a value.

    With --warn-days exit code 1 if something has ended, or ends within so many days and nothing makes its
    successor, or if a rotation is overdue because nobody ran pulumi up.
    """
    now = moment.now()
    names: list[str | None] = list(stack_names) if stack_names else [None]
    found = [one for name in names for one in stack.credentials(name)]
    report = expiry.report(found, now, warn_days or 0)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _show_ends(report["credentials"])
    raise typer.Exit(0 if report["ok"] or warn_days is None else FAILED)


def _show_ends(entries: list[dict[str, Any]]) -> None:
    console = Console()
    for name, group in groupby(entries, lambda entry: str(entry["stack"])):
        console.print(_ends(name, list(group)))
    for entry in entries:
        if entry["warning"]:
            whose = f"{entry['client'] or AUTOMATION} {entry['credential']} ({entry['stack']})"
            console.print(Text(f"{whose}: {expiry.WARNINGS[entry['warning']]}", style="bold red"))


def _ends(stack_name: str, entries: list[dict[str, Any]]) -> Table:
    """Narrow enough for 80 columns: of a key's id its begin, which tells it from others."""
    table = Table(title=Text(stack_name), title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
    for name in ("client", "credential"):
        table.add_column(name, overflow="fold")
    for name in ("type", "key id", "ends", "days", "rotates"):
        table.add_column(name, no_wrap=True)
    for entry in entries:
        cells = [entry["client"] or AUTOMATION, entry["credential"], entry["type"]]
        cells += [(entry["key_id"] or "")[:8], *_dates(entry)]
        table.add_row(*map(Text, cells), style="bold red" if entry["warning"] else "")
    return table


def _dates(entry: dict[str, Any]) -> list[str]:
    unknown = "unknown" if entry["type"] == "external" else "never"
    ends, rotates = ((entry[name] or "").partition("T")[0] for name in ("expires_at", "rotates_at"))
    left = "" if entry["days_left"] is None else str(entry["days_left"])
    return [ends or unknown, left, rotates]


app.command()(adopt)
app.command()(comment)
app.command(name="client-config")(client_config)
app.command(name="preview-report")(preview_report)
app.command()(up)


ChecksOption = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="Name of a stack; may be repeated. [default: all that have a file]"),
]


@app.command()
def check(stack_names: ChecksOption = None, as_json: JsonOption = False) -> None:
    """Check stack files and their guardrails as they stand there: nobody is asked, and no secret is needed.

    Exit code 1 if a stack has faults, or a guardrail stops it.
    """
    # It brings Pulumi with it, which takes most of a second.
    from mailgrant import check as checks  # noqa: PLC0415

    checked = checks.check(stack_names or [], Path.cwd(), moment.now())
    ok = all(one.ok for one in checked)
    if as_json:
        typer.echo(json.dumps({"ok": ok, "stacks": [one.entry for one in checked]}))
    else:
        typer.echo("\n".join(map(str, checked)))
    raise typer.Exit(0 if ok else FAILED)


@app.command(name="schema")
def json_schema() -> None:
    """Print the JSON Schema of a stack file, for editors."""
    typer.echo(json.dumps(places.json_schema(), indent=2))


def main() -> None:
    """Run the command; what mailgrant says on purpose is printed without a traceback."""
    try:
        app()
    except MailgrantError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(getattr(error, "exit_code", UNUSABLE))


if __name__ == "__main__":
    main()
