"""Replication lag."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, ask, show

lag = typer.Typer(
    no_args_is_help=True,
    help="Let what is new or changed be seen later, as the replicas and mail servers of a real tenant do.",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(lag, name="lag")


def _told(found: dict[str, Any], *, as_json: bool = False) -> None:
    show(found, _rows(found), as_json=as_json)


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, delay in found.items():
        flapping = f", then flapping for {delay['flaps']:g} s" if delay.get("flaps") else ""
        yield kind, f"unseen by {delay.get('reads', 0)} reads, for {delay.get('seconds', 0):g} s{flapping}"


@lag.command(name="show")
def show_lag(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how long what is new or changed stays unseen, by kind."""
    _told(ask(home, "GET", "lag"), as_json=as_json)


@lag.command(name="set")
def set_lag(
    kind: Annotated[
        str, typer.Argument(help="Such as servicePrincipals, mailboxPermissions or casMailboxes.")
    ],
    *,
    reads: Annotated[int, typer.Option(min=0, help="How many reads miss it.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="How long, by the tenant's clock.")] = 0,
    flaps: Annotated[
        float, typer.Option(min=0, help="How long after that some mail servers know of it and others do not.")
    ] = 0,
    home: HomeOption = None,
) -> None:
    """Let what is new or changed of a kind stay unseen until both are over."""
    delay = {"reads": reads, "seconds": seconds, "flaps": flaps}
    _told(ask(home, "POST", "lag", {kind: delay}))


@lag.command()
def off(
    kind: Annotated[
        str | None, typer.Argument(help="What arrives at once again.", show_default="all of them")
    ] = None,
    *,
    home: HomeOption = None,
) -> None:
    """Let everything be seen at once."""
    if kind is None:
        ask(home, "DELETE", "lag")
    else:
        ask(home, "POST", "lag", {kind: None})
    _told(ask(home, "GET", "lag"))


@lag.command()
def realistic(*, home: HomeOption = None) -> None:
    """Lag as real tenants do: seconds for applications, minutes for roles and mailbox permissions; throttle, too."""
    _told(ask(home, "POST", "lag/realistic"))
