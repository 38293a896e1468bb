"""The command ``mailgrant verify``."""

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailgrant.login import people
from mailgrant.login import verify as login
from mailgrant.stack import outputs

FAILED: Final = 1  # the exit code, if a login is not as it should be
NO_MAILBOX: Final = "(the token alone)"

StackOption = Annotated[
    str | None, typer.Option("--stack", "-s", help="Name of the stack.", show_default="selected")
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
    clients = outputs.only(outputs.clients(stack_name), only)
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


def _of_person(name: str, clients: Mapping[str, outputs.Client], mailboxes: list[str]) -> list[login.Login]:
    """The logins of somebody who signs in now."""
    client = outputs.only(clients, [name])[name]
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
