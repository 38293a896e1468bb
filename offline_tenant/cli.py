"""``mailgrant offline``: a Microsoft 365 tenant on this machine, for demos, tests and trying things out."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from offline_tenant import environment, process
from offline_tenant.home import Home

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder of the tenant. [default: $MAILGRANT_OFFLINE_HOME or .mailgrant/offline]"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except process.OfflineError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def start(
    home: HomeOption = None,
    https_port: Annotated[int | None, typer.Option(help="Port of Entra, Graph and Exchange.")] = None,
    imap_port: Annotated[int | None, typer.Option(help="Port of IMAP over TLS.")] = None,
    new_ports: Annotated[
        bool, typer.Option("--new-ports", help="Any free ports, not those of the last run.")
    ] = False,
) -> None:
    """Start the tenant in the background; says so if it runs already.

    The first start chooses free ports and makes a tenant with a few mailboxes; later ones go on where it was.
    """
    place = Home.find(home)
    running = place.running()
    with _plain_errors():
        ports = process.start(place, _ports(place, https_port, imap_port, new_ports=new_ports))
    typer.echo(
        f"The offline tenant {'was running already' if running else 'is running'}: {_addresses(ports)}"
    )
    typer.echo(f'Point this shell at it with: eval "$({_command()} offline env)"')


def _ports(home: Home, https: int | None, imap: int | None, *, new_ports: bool) -> dict[str, int]:
    remembered = {} if new_ports else home.remembered().get("ports", {})
    chosen = {"https": https, "imap": imap}
    return {**remembered, **{service: port for service, port in chosen.items() if port is not None}}


def _command() -> str:
    """How the person called us, so that the hint can be pasted."""
    return sys.argv[0] if sys.argv[0].endswith("mailgrant") else "mailgrant"


def _addresses(ports: dict[str, int]) -> str:
    return f"https://localhost:{ports['https']} (Entra, Graph, Exchange), imaps://localhost:{ports['imap']}"


@app.command()
def stop(home: HomeOption = None) -> None:
    """Stop the tenant; what it holds is kept for the next start."""
    with _plain_errors():
        stopped = process.stop(Home.find(home))
    typer.echo("The offline tenant is stopped." if stopped else "The offline tenant was not running.")


@app.command()
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell whether the tenant runs, and where. Exit code 3 if it does not."""
    place = Home.find(home)
    running, remembered = place.running(), place.remembered()
    if as_json:
        typer.echo(json.dumps({"running": running, "home": str(place.root), **remembered}))
    elif running:
        typer.echo(f"running: {_addresses(remembered['ports'])}\nhome: {place.root}\nlog: {place.log}")
    else:
        typer.echo(f"not running (home: {place.root}); start it with: {_command()} offline start")
    raise typer.Exit(0 if running else 3)


@app.command()
def reset(home: HomeOption = None) -> None:
    """Empty the tenant: as on the first start. Counters, faults and latencies go too."""
    with _plain_errors():
        process.control(Home.find(home), "POST", "reset")
    typer.echo(
        "The offline tenant is empty again. Stacks still describe the old one: pulumi refresh tells them."
    )


@app.command()
def env(home: HomeOption = None) -> None:
    """Print shell exports for this tenant: eval "$(mailgrant offline env)"."""
    place = Home.find(home)
    if not place.running():
        # A shell evaluates what is printed: without this it would go on as if all were well.
        typer.echo("false")
        typer.echo(
            "error: the offline tenant is not running: start it with: mailgrant offline start", err=True
        )
        raise typer.Exit(1)
    typer.echo(environment.exports(place, place.remembered()["ports"]), nl=False)


@app.command()
def stats(
    home: HomeOption = None,
    as_json: JsonOption = False,
    reset_counters: Annotated[
        bool, typer.Option("--reset", help="Set them to zero after showing them.")
    ] = False,
) -> None:
    """Count the calls that reached the tenant: cmdlets, Graph requests, connects, logins."""
    with _plain_errors():
        found = process.control(Home.find(home), "GET", f"stats?reset={str(reset_counters).lower()}")
    if as_json:
        typer.echo(json.dumps(found))
    else:
        Console().print(_table(found))


def _table(counters: dict[str, Any]) -> Table:
    table = Table("service", "call", "count")
    for area, names in counters.items():
        for name, count in sorted(names.items()) if isinstance(names, dict) else [("", names)]:
            table.add_row(area, name, str(count))
    return table


@app.command()
def log(home: HomeOption = None, last: Annotated[int, typer.Option(min=1, help="How many.")] = 50) -> None:
    """Show the newest calls that reached the tenant, one a line."""
    with _plain_errors():
        for entry in process.control(Home.find(home), "GET", f"log?last={last}"):
            typer.echo(f"{entry['status']} {entry['area']:9} {entry['call']}  {entry['path']}")


mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes of the tenant.")
app.add_typer(mailbox, name="mailbox")


@mailbox.command()
def add(address: str, home: HomeOption = None) -> None:
    """Give the tenant one more (shared) mailbox."""
    with _plain_errors():
        process.control(Home.find(home), "POST", "mailboxes", {"address": address})
    typer.echo(f"The offline tenant has a mailbox {address}.")
