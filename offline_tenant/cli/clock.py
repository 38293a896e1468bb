"""The tenant's clock."""

from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, ask, show

clock = typer.Typer(
    no_args_is_help=True, help="The tenant's clock: a year passes at once, a secret ends while you watch."
)

TimeArgument = Annotated[str, typer.Argument(help="Such as 2027-01-31 or 2027-01-31T12:00:00Z; UTC.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(clock, name="clock")


def _told(found: dict[str, Any], *, as_json: bool = False) -> None:
    show(found, [[found["now"], "stopped" if found["stopped"] else "running"]], as_json=as_json)


@clock.command(name="show")
def show_clock(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the tenant's time."""
    _told(ask(home, "GET", "clock"), as_json=as_json)


@clock.command(name="set")
def set_clock(time: TimeArgument, *, home: HomeOption = None) -> None:
    """Show this time now, and go on from there."""
    _told(ask(home, "POST", "clock", {"set": time}))


@clock.command(context_settings={"ignore_unknown_options": True})
def advance(
    by: Annotated[str, typer.Argument(help="Such as 90d, 2h30m, -15m (w, d, h, m, s), or seconds.")],
    *,
    home: HomeOption = None,
) -> None:
    """Move on by so much; a stopped clock stays stopped."""
    _told(ask(home, "POST", "clock", {"advance": by}))


@clock.command()
def stop(
    time: Annotated[
        str | None, typer.Argument(help="When it stands still.", show_default="the time it shows")
    ] = None,
    *,
    home: HomeOption = None,
) -> None:
    """Show this time until told otherwise."""
    _told(ask(home, "POST", "clock", {"stop": time}))


@clock.command()
def start(*, home: HomeOption = None) -> None:
    """Go on from the time that a stopped clock shows."""
    _told(ask(home, "POST", "clock", {"start": True}))


@clock.command()
def reset(*, home: HomeOption = None) -> None:
    """Show the machine's time again."""
    _told(ask(home, "POST", "clock", {"reset": True}))
