"""The commands ``mailgrant check`` and ``mailgrant schema``."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from mailgrant import moment
from mailgrant.configuration import check as checks
from mailgrant.schema import places

FAILED: Final = 1  # the exit code, if something would stop an update

ChecksOption = Annotated[
    list[str] | None,
    typer.Option(
        "--stack", "-s", help="Name of a stack; may be repeated.", show_default="all that have a file"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def check(stack_names: ChecksOption = None, as_json: JsonOption = False) -> None:
    """Check stack files and their guardrails as they stand there: nobody is asked, and no secret is needed.

    Exit code 1 if a stack has faults, or a guardrail stops it.
    """
    checked = checks.check(stack_names or [], Path.cwd(), moment.now())
    ok = all(one.ok for one in checked)
    if as_json:
        typer.echo(json.dumps({"ok": ok, "stacks": [one.entry for one in checked]}))
    else:
        typer.echo("\n".join(map(str, checked)))
    raise typer.Exit(0 if ok else FAILED)


def json_schema() -> None:
    """Print the JSON Schema of a stack file, for editors."""
    typer.echo(json.dumps(places.json_schema(), indent=2))
