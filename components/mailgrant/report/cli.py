"""The command ``mailgrant preview-report``."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from mailgrant import moment
from mailgrant.configuration.check import known
from mailgrant.errors import ConfigurationError
from mailgrant.report import engine, gate
from mailgrant.report.declared import Declared, declared
from mailgrant.report.digest import parse
from mailgrant.report.formats import document
from mailgrant.report.formats.escaping import visible
from mailgrant.report.live import Live
from mailgrant.report.output import Format, FormatOption, OutputOption, WriteOption, targets, write
from mailgrant.report.preview import Occasion, Preview, PreviewError
from mailgrant.report.report import Failure, report
from mailgrant.report.stacks import StackOption, looked_at
from mailgrant.report.wholeness import WRITE_IT

STANDARD_INPUT: Final = "-"


PreviewOption = Annotated[
    list[str] | None,
    typer.Option(
        "--preview",
        help="A file that pulumi preview --json wrote, or - for standard input; can be repeated. Pulumi is run unless given.",
    ),
]
ApprovalOption = Annotated[
    gate.Approval,
    typer.Option(
        "--require-approval", help="Exit code 7 if more is possible than before, or if any right changes."
    ),
]
WholeOption = Annotated[
    bool,
    typer.Option(
        "--require-whole",
        help="Exit code 7 if a report had to be cut to fit: what nobody can read, nobody can approve.",
    ),
]
LiveOption = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Ask the tenant, too: for the mailboxes, groups and people that the change names anew, and for what others have "
        "changed since the last update. Reads only; verdict, hash and exit code do not depend on it.",
    ),
]
SchemaOption = Annotated[
    bool, typer.Option("--schema", help="Print the JSON Schema of --format json, and nothing else.")
]


def preview_report(  # noqa: PLR0913, PLR0917 - one an option
    stacks: StackOption = None,
    previews: PreviewOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
    also: WriteOption = None,
    require_approval: ApprovalOption = gate.Approval.NEVER,
    require_whole: WholeOption = False,
    live: LiveOption = False,
    schema: SchemaOption = False,
) -> None:
    """Show which application gains or loses which right on which mailbox, before pulumi up.

    Exit codes: 0 nothing wants approval, 1 the preview failed, 2 what was given cannot be reported on, 5 a guardrail
    of the stack forbids it, 7 approval is wanted, or is not possible because the report is cut; where Pulumi is run and
    fails, its own.
    """
    if schema:
        typer.echo(json.dumps(document.schema(), indent=2))
        return
    asked = targets(also or [])
    shown, failures = _previews(stacks or [], previews or [])
    seen = _asked(shown, [] if previews else stacks or []) if live else {}
    found = report(shown, declared_here(shown, Path.cwd()), failures, seen)
    whole = write(found, form, output, asked)
    found.refuse_failed()
    code = gate.exit_code(found, require_approval)
    if require_whole and not whole and not code:
        _say("The report is cut to fit: nobody can approve what nobody can read. Change less at once.")
        code = gate.APPROVAL_WANTED
    raise typer.Exit(code)


def _previews(stacks: Sequence[str], files: Sequence[str]) -> tuple[list[Preview], list[Failure]]:
    if not files:
        return looked_at(stacks, engine.preview, Occasion.PREVIEW)
    found = [parse(_read(name), "standard input" if name == STANDARD_INPUT else name) for name in files]
    _refuse_others(found, files, stacks)
    return found, []


def _asked(shown: Sequence[Preview], names: Sequence[str]) -> dict[str, Live]:
    """What the tenant says of each stack, by its place; the names are those by which Pulumi was asked for previews."""
    # Pulumi's package comes with it, which takes most of a second.
    from mailgrant.report import lookup  # noqa: PLC0415

    given = {name.rpartition("/")[2]: name for name in names}
    return {one.place: lookup.live(one, given.get(one.stack, one.stack), Path.cwd(), _say) for one in shown}


def _say(line: str) -> None:
    typer.echo(visible(line), err=True)


def declared_here(previews: Sequence[Preview], folder: Path) -> dict[str, Declared]:
    """What the files of stacks of this project say beside their previews; of others nobody can tell.

    Args:
        previews: of any stacks.
        folder: of the project, or below it.

    Raises:
        ConfigurationError: a stack's file has faults.
    """
    here = engine.project(folder)
    mine = {preview.stack: preview for preview in previews if preview.project == here}
    checked = known(mine, folder, moment.now()) if mine else []
    if wrong := [fault for one in checked for fault in one.faults]:
        raise ConfigurationError(wrong)
    return {mine[one.stack].place: declared(one, mine[one.stack]) for one in checked}


def _read(name: str) -> str:
    try:
        written = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
        # PowerShell writes a mark of the byte order before redirected output, in UTF-16 unless told otherwise.
        return written.decode("utf-16" if written[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except OSError as error:
        raise PreviewError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PreviewError(f"{name} is no text", WRITE_IT) from None


def _refuse_others(found: Sequence[Preview], files: Sequence[str], stacks: Sequence[str]) -> None:
    """A report on something else than was asked for would be approved in its place."""
    here = engine.project(Path.cwd())
    seen: dict[str, str] = {}
    for name, preview in zip(files, found, strict=True):
        if here and preview.project != here:
            raise PreviewError(f"{name} is of the project {preview.project}; this folder is of {here}")
        if stacks and preview.stack not in stacks:
            raise PreviewError(f"{name} is of the stack {preview.stack}, which --stack does not name")
        if preview.place in seen:
            raise PreviewError(
                f"{name} and {seen[preview.place]} are both of {preview.place}: give one of them"
            )
        seen[preview.place] = name
    if missing := [stack for stack in stacks if stack not in {preview.stack for preview in found}]:
        raise PreviewError(f"no preview is of the stack {' or '.join(missing)}, which --stack names")
