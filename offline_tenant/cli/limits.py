"""The mail servers' limits."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from offline_tenant.cli.common import HomeOption, JsonOption, ask, fail, show
from offline_tenant.mail.limit_table import LIMITS, UNLIMITED

limits = typer.Typer(no_args_is_help=True, help="Change how much the mail servers let one mailbox do.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(limits, name="limits")


def _told(found: dict[str, Any], *, as_json: bool = False) -> None:
    show(found, _rows(found), as_json=as_json)


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for name, value in found.items():
        yield name, value, LIMITS[name].summary if name in LIMITS else ""


def _number(text: str) -> int | str:
    if text == UNLIMITED:
        return text
    if not (text.isascii() and text.isdigit()):
        fail(f"expected a whole number or {UNLIMITED}")
    return int(text)


@limits.command(name="show")
def show_limits(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how much one mailbox may do."""
    _told(ask(home, "GET", "limits"), as_json=as_json)


@limits.command(name="set")
def set_limit(
    name: Annotated[str, typer.Argument(help="Such as imapConnections or smtpMessages.")],
    value: Annotated[str, typer.Argument(help="A number, or unlimited.")],
    *,
    home: HomeOption = None,
) -> None:
    """Let one mailbox do so much."""
    _told(ask(home, "POST", "limits", {name: _number(value)}))


@limits.command()
def reset(
    name: Annotated[str | None, typer.Argument(help="The limit.", show_default="all of them")] = None,
    *,
    home: HomeOption = None,
) -> None:
    """Go back to Exchange's own limits."""
    if name is None:
        ask(home, "DELETE", "limits")
    else:
        ask(home, "POST", "limits", {name: None})
    _told(ask(home, "GET", "limits"))
