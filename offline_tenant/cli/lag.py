"""Replication lag."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, ask, show

lag = typer.Typer(
    no_args_is_help=True, help="Let new objects be seen later, as the replicas of a real tenant do."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(lag, name="lag")


def _told(found: dict[str, Any], *, as_json: bool = False) -> None:
    show(found, _rows(found), as_json=as_json)


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, delay in found.items():
        yield kind, f"unseen by {delay.get('reads', 0)} reads, for {delay.get('seconds', 0):g} s"


@lag.command(name="show")
def show_lag(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how long new objects stay unseen, by kind."""
    _told(ask(home, "GET", "lag"), as_json=as_json)


@lag.command(name="set")
def set_lag(
    kind: Annotated[str, typer.Argument(help="Such as servicePrincipals or mailboxPermissions.")],
    *,
    reads: Annotated[int, typer.Option(min=0, help="How many reads miss it.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="How long, by the tenant's clock.")] = 0,
    home: HomeOption = None,
) -> None:
    """Let new objects of a kind stay unseen until both are over."""
    _told(ask(home, "POST", "lag", {kind: {"reads": reads, "seconds": seconds}}))


@lag.command()
def off(
    kind: Annotated[str | None, typer.Argument(help="[default: all of them]")] = None,
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
    """Lag as real tenants do: seconds for applications, minutes for roles and mailbox permissions."""
    _told(ask(home, "POST", "lag/realistic"))
