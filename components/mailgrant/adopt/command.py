"""``mailgrant adopt``: what is printed, and what is written."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mailgrant.adopt.stack_file import dump, insert

if TYPE_CHECKING:
    from mailgrant.adopt.adoption import Adoption
    from mailgrant.project import Project

DIFFERS: Final = 1  # the exit code, if the next update would change something
IMPORT_FILE: Final = "import-{}.json"  # one a client: two may wait for their import


def adopt(  # noqa: PLR0913 - options of a command
    *,
    client: Annotated[
        str,
        typer.Argument(help="Display name, application (client) id, thunderbird, or a client of the stack."),
    ],
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="Name of the stack.", show_default="selected")
    ] = None,
    name: Annotated[
        str, typer.Option("--as", help="Its name in the stack.", show_default="made of the display name")
    ] = "",
    mailbox: Annotated[
        list[str] | None, typer.Option(help="One of its mailboxes; as often as you like.")
    ] = None,
    every_mailbox: Annotated[
        bool, typer.Option("--all-mailboxes", help="Look at every mailbox of the tenant: two reads each.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Put the client into the stack's file, and write its import list.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take over a client that somebody made by hand: its stack configuration, and the list for pulumi import.

    Reads Entra and Exchange, and changes nothing there. Exit code 1 if the next pulumi up would still change something;
    what that is, is told.
    """
    # Pulumi's package comes with them, which takes a second that no other command should wait for.
    from mailgrant.adopt import adoption  # noqa: PLC0415
    from mailgrant.project import project  # noqa: PLC0415

    here = project(stack)
    done = adoption.adopt(adoption.Wish(client, name, tuple(mailbox or ()), every_mailbox), here, _say)
    written = _written(done, here) if write else []
    if as_json:
        typer.echo(json.dumps(_report(done, written), indent=2))
    else:
        _show(done, here, written)
    raise typer.Exit(DIFFERS if done.changes else 0)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _written(done: "Adoption", here: "Project") -> list[str]:
    imports = Path.cwd() / IMPORT_FILE.format(done.name)
    text = here.file.read_bytes().decode() if here.file.exists() else ""
    merged = insert(text, done.sections) if done.sections else text
    imports.write_text(json.dumps(done.imports, indent=2) + "\n")
    if merged != text:
        here.file.write_bytes(merged.encode())
    return [*([str(here.file)] if merged != text else []), str(imports)]


def _report(done: "Adoption", written: list[str]) -> dict[str, object]:
    return {
        "client": done.name,
        "configuration": done.sections,
        "import": done.imports,
        "unchanged": not done.changes,
        "changes": list(done.changes),
        "not_adopted": list(done.left),
        "written": written,
    }


def _show(done: "Adoption", here: "Project", written: list[str]) -> None:
    if done.sections and not written:
        sys.stdout.write(dump({"config": done.sections}))
    _list("pulumi up will still change:", done.changes)
    _list("not adopted, and left as it is:", done.left)
    if done.advice:
        _say(f"\n{done.advice}")
    _list("written:", written)
    which = f" --stack {here.stack}"
    steps = (
        f"pulumi import --file {IMPORT_FILE.format(done.name)} --generate-code=false --protect=false --yes{which}",
        f"pulumi up --diff{which}",
    )
    again = () if written else ("the same command with --write",)
    _say("\nnext:")
    for step in (*again, *steps):
        _say(f"  {step}")


def _list(title: str, lines: Sequence[str]) -> None:
    if lines:
        _say(f"\n{title}")
    for line in lines:
        # Names from outside must not speak to the terminal.
        _say(f"  - {''.join(letter if letter.isprintable() else '�' for letter in line)}")
