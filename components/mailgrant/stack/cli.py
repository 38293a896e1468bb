"""The command ``mailgrant credentials``."""

import json
from itertools import groupby
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailgrant import moment
from mailgrant.stack import expiry, outputs

FAILED: Final = 1  # the exit code, if somebody has to look after a credential
AUTOMATION: Final = "(automation)"  # whose client is none: the application that mailgrant runs as

StacksOption = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="Name of a stack; may be repeated.", show_default="selected"),
]
WarnOption = Annotated[
    int | None, typer.Option("--warn-days", min=0, help="Exit code 1 if anything ends within so many days.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def credentials(
    stack_names: StacksOption = None, as_json: JsonOption = False, warn_days: WarnOption = None
) -> None:
    """List the credentials of stacks: what ends when, and what rotates next. Never shows a value.

    With --warn-days exit code 1 if something has ended, or ends within so many days and nothing makes its
    successor, or if a rotation is overdue because nobody ran pulumi up.
    """
    now = moment.now()
    names: list[str | None] = list(stack_names) if stack_names else [None]
    found = [one for name in names for one in outputs.credentials(name)]
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
