"""Throttling of Exchange's cmdlets."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, ask, show

throttle = typer.Typer(
    no_args_is_help=True, help="Let Exchange's cmdlets do only so much, as a real tenant does."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(throttle, name="throttle")


def _told(found: dict[str, Any], *, as_json: bool = False) -> None:
    show(found, _rows(found), as_json=as_json)


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "requests" in found:
        yield "requests", f"{found['requests']} in {found['seconds']:g} s"
    if "concurrency" in found:
        yield "concurrency", f"{found['concurrency']} at once on a connection"
    if "delay" in found:
        yield (
            "delay",
            f"{found['delay']['milliseconds']} ms a call after {found['delay']['after']} in {found['seconds']:g} s",
        )


@throttle.command(name="show")
def show_throttle(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the limits that are enforced."""
    _told(ask(home, "GET", "throttle"), as_json=as_json)


@throttle.command(name="set")
def set_throttle(
    *,
    requests: Annotated[int | None, typer.Option(min=1, help="Calls of one application in a window.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long a window is, by the tenant's clock.")] = 300,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Calls at once on one connection.")] = None,
    delay_after: Annotated[int, typer.Option(min=0, help="Calls in a window before delays begin.")] = 0,
    delay_milliseconds: Annotated[int | None, typer.Option(min=1, help="How long a delay is.")] = None,
    home: HomeOption = None,
) -> None:
    """Enforce these limits and no others."""
    delay = delay_milliseconds and {"after": delay_after, "milliseconds": delay_milliseconds}
    wanted = {"requests": requests, "seconds": seconds, "concurrency": concurrency, "delay": delay}
    _told(ask(home, "PUT", "throttle", wanted))


@throttle.command()
def realistic(*, home: HomeOption = None) -> None:
    """Enforce what callers of real tenants saw."""
    _told(ask(home, "POST", "throttle/realistic"))


@throttle.command()
def off(*, home: HomeOption = None) -> None:
    """Throttle nothing."""
    ask(home, "DELETE", "throttle")
    _told(ask(home, "GET", "throttle"))
