"""Commands over the tenant's process: start, stop, status, env."""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from offline_tenant import environment, process
from offline_tenant.cli.common import HomeOption, JsonOption, TenantOption, ask, fail, plain_errors
from offline_tenant.home import SERVICES, Home

NOT_RUNNING: Final = 3
HIGHEST: Final = 65_535
# How programs write down where a service is.
ADDRESSES: Final = {
    "https": "https://localhost:{} (Entra, Graph, Exchange)",
    "wsman": "https://localhost:{}/wsman (PowerShell)",
    "imap": "imaps://localhost:{}",
    "pop": "pop3s://localhost:{}",
    "smtp": "smtp://localhost:{} (STARTTLS)",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (start, stop, status, env):
        app.command()(command)


def start(
    *,
    home: HomeOption = None,
    port: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE=NUMBER", help=f"A port; services are {', '.join(SERVICES)}."),
    ] = None,
    new_ports: Annotated[
        bool, typer.Option("--new-ports", help="Any free ports, not those of the last run.")
    ] = False,
) -> None:
    """Start the tenant in the background; says so if it runs already.

    The first start chooses free ports and makes a small company with mailboxes and mail. Later ones go on where it
    was, on the same ports.
    """
    place = Home.find(home)
    wanted = dict(map(_port, port or []))
    with plain_errors():
        started = process.launch(place, wanted, keep_ports=not new_ports)
    state = "is running" if started.new else "was running already"
    typer.echo(f"The offline tenant {state}: {_addresses(started.ports)}")
    typer.echo(f'Point this shell at it with: eval "$({_command()} offline env{_home_option(home)})"')


def _port(text: str) -> tuple[str, int]:
    service, _, number = text.partition("=")
    if service not in SERVICES:
        raise typer.BadParameter(f"{text}: services are {', '.join(SERVICES)}", param_hint="--port")
    if not (number.isascii() and number.isdigit() and int(number) <= HIGHEST):
        raise typer.BadParameter(f"{text}: expected a number up to {HIGHEST}", param_hint="--port")
    return service, int(number)


def _command() -> str:
    """How the person called us, so that the hint can be pasted."""
    return shlex.quote(sys.argv[0]) if sys.argv[0].endswith("mailgrant") else "mailgrant"


def _home_option(given: Path | None) -> str:
    return f" --home {shlex.quote(str(given))}" if given else ""


def _addresses(ports: dict[str, int]) -> str:
    return ", ".join(ADDRESSES[service].format(port) for service, port in ports.items())


def stop(*, home: HomeOption = None) -> None:
    """Stop the tenant; what it holds is kept for the next start."""
    with plain_errors():
        stopped = process.stop(Home.find(home))
    typer.echo("The offline tenant is stopped." if stopped else "The offline tenant was not running.")


def status(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Tell whether the tenant runs, and where. Exit code 3 if it does not."""
    place = Home.find(home)
    running, remembered = place.running(), place.remembered()
    if as_json:
        typer.echo(json.dumps({"running": running, "home": str(place.root), **remembered}))
    elif running and not remembered:
        fail(f"a process serves {place.root}, but its files were deleted: stop it by hand")
    elif running:
        typer.echo(f"running: {_addresses(remembered['ports'])}\nhome: {place.root}\nlog: {place.log}")
    else:
        typer.echo(
            f"not running (home: {place.root}); start it with: {_command()} offline start{_home_option(home)}"
        )
    raise typer.Exit(0 if running else NOT_RUNNING)


def env(*, home: HomeOption = None, tenant: TenantOption = None) -> None:
    """Print shell exports for this tenant: eval "$(mailgrant offline env)"."""
    place = Home.find(home)
    if not place.running():
        # A shell evaluates what is printed: without this it would go on as if all were well.
        typer.echo("false")
        fail(process.NOT_RUNNING)
    with plain_errors():
        ports = process.known(place)["ports"]
        environment.write(
            place, ports
        )  # this shell may name another azuread plugin than the one that started it
        text = environment.exports(place, ports)
        other = f"export ARM_TENANT_ID={shlex.quote(_id(home, tenant))}\n" if tenant else ""
    typer.echo(text + other, nl=False)


def _id(home: Path | None, name: str) -> str:
    found: list[dict[str, Any]] = ask(home, "GET", "tenants")
    for tenant in found:
        if name.casefold() in (tenant["id"], *tenant["domains"]):
            return str(tenant["id"])
    known = ", ".join(tenant["organization"] for tenant in found)
    raise process.OfflineError(f"there is no tenant {name!r}; there are: {known}")
