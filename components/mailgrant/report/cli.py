"""The command ``mailgrant preview-report``."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from mailgrant import moment
from mailgrant.configuration.check import known
from mailgrant.errors import ConfigurationError
from mailgrant.guardrails.findings import Finding
from mailgrant.report import engine, gate
from mailgrant.report.formats import document, text
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.preview import Preview, PreviewError, parse
from mailgrant.report.report import Report, report

WIDTH: Final = 160  # of a text in a file
STANDARD_INPUT: Final = "-"


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    GITHUB_SUMMARY = "github-summary"
    AZURE_COMMENT = "azure-comment"
    AZURE_SUMMARY = "azure-summary"
    JSON = "json"


WRITERS: Final[Mapping[Format, Callable[[Report], str]]] = {
    Format.TEXT: lambda found: text.plain(found, WIDTH),
    Format.JSON: lambda found: json.dumps(document.document(found), indent=2, ensure_ascii=False) + "\n",
}

StackOption = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="Name of a stack; can be repeated. [default: selected]"),
]
PreviewOption = Annotated[
    list[str] | None,
    typer.Option(
        "--preview",
        help="A file that pulumi preview --json wrote, or - for standard input; can be repeated. Pulumi is run unless given.",
    ),
]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        help="text for a terminal; markdown for a comment on GitHub (at most 65,535 letters), the others for the places "
        "that they name; json for programs.",
    ),
]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="A file to write to.")]
ApprovalOption = Annotated[
    gate.Approval,
    typer.Option(
        "--require-approval", help="Exit code 7 if more is possible than before, or if any right changes."
    ),
]
SchemaOption = Annotated[
    bool, typer.Option("--schema", help="Print the JSON Schema of --format json, and nothing else.")
]


def preview_report(
    stacks: StackOption = None,
    previews: PreviewOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
    require_approval: ApprovalOption = gate.Approval.NEVER,
    schema: SchemaOption = False,
) -> None:
    """Show which application gains or loses which right on which mailbox, before pulumi up.

    Exit codes: 0 nothing wants approval, 1 the preview failed, 2 what was given cannot be reported on, 5 a guardrail
    of the stack forbids it, 7 approval is wanted; where Pulumi is run and fails, its own.
    """
    if schema:
        typer.echo(json.dumps(document.schema(), indent=2))
        return
    shown = _previews(stacks or [], previews or [])
    found = report(shown, findings_here(shown, Path.cwd()))
    _write(found, form, output)
    raise typer.Exit(gate.exit_code(found, require_approval))


def _previews(stacks: Sequence[str], files: Sequence[str]) -> list[Preview]:
    if not files:
        return [engine.preview(stack) for stack in dict.fromkeys(stacks or [""])]
    found = [parse(_read(name), "standard input" if name == STANDARD_INPUT else name) for name in files]
    _refuse_others(found, files, stacks)
    return found


def findings_here(previews: Sequence[Preview], folder: Path) -> dict[str, Sequence[Finding]]:
    """What the guardrails of stacks of this project say, as their files stand here; of others nobody can tell.

    Args:
        previews: of any stacks.
        folder: of the project, or below it.

    Raises:
        ConfigurationError: a stack's file has faults.
    """
    here = engine.project(folder)
    mine = {preview.stack: preview.place for preview in previews if preview.project == here}
    checked = known(mine, folder, moment.now()) if mine else []
    if wrong := [fault for one in checked for fault in one.faults]:
        raise ConfigurationError(wrong)
    return {mine[one.stack]: one.findings for one in checked}


def _read(name: str) -> str:
    try:
        written = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
        # PowerShell writes a mark of the byte order before redirected output, in UTF-16 unless told otherwise.
        return written.decode("utf-16" if written[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except OSError as error:
        raise PreviewError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PreviewError(
            f"{name} is no text", "Write it with: pulumi preview --json > preview.json"
        ) from None


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


def _write(found: Report, form: Format, output: Path | None) -> None:
    if form == Format.TEXT and output is None:
        Console().print(text.text(found))
        return
    writer = WRITERS.get(form) or (lambda one: markdown(one, LIMITS[form]))
    if output is None:
        sys.stdout.buffer.write(writer(found).encode())
        return
    try:
        output.write_text(writer(found), encoding="utf-8")
    except OSError as error:
        raise PreviewError(f"{output} cannot be written: {error.strerror}") from None
