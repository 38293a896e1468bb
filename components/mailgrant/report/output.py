"""In which forms a report is written, and where to."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from mailgrant.report.formats import document, text
from mailgrant.report.formats.markdown import LIMITS, is_whole, markdown
from mailgrant.report.preview import PreviewError
from mailgrant.report.report import Report

WIDTH: Final = 160  # of a text in a file


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

FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        help="text for a terminal; markdown for a comment on GitHub (at most 65,535 letters), the others for the places "
        "that they name; json for programs.",
    ),
]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="A file to write to.")]
WriteOption = Annotated[
    list[str] | None,
    typer.Option(
        "--write",
        metavar="FORMAT=FILE",
        help="Write it in this format to this file, too: --write json=report.json; can be repeated.",
    ),
]

Target = tuple[Format, Path]


def targets(given: Sequence[str]) -> list[Target]:
    """What ``--write`` asks for.

    Args:
        given: each ``FORMAT=FILE``.

    Raises:
        typer.BadParameter: a format that there is not, or no file.
    """
    return list(map(_target, given))


def _target(given: str) -> Target:
    form, _, path = given.partition("=")
    if form not in {*Format} or not path:
        told = f"{given!r} is not FORMAT=FILE, with a FORMAT of {', '.join(Format)}"
        raise typer.BadParameter(told, param_hint="--write")
    return Format(form), Path(path)


def write(found: Report, form: Format, output: Path | None, also: Iterable[Target] = ()) -> bool:
    """Write a report to the terminal or a file, and to others besides.

    Args:
        found: the report.
        form: of the first.
        output: a file; standard output unless given.
        also: others.

    Returns:
        whether all of it can be read in each of them.

    Raises:
        PreviewError: a file cannot be written.
    """
    whole = [_put(found, *one) for one in [*also, (form, output)]]
    return all(whole)


def _put(found: Report, form: Format, path: Path | None) -> bool:
    if path is None and form == Format.TEXT:
        Console().print(text.text(found))
        return True
    written = _written(found, form)
    if path is None:
        sys.stdout.buffer.write(written.encode())
    else:
        _save(path, written)
    return form not in LIMITS or is_whole(written)


def _save(path: Path, written: str) -> None:
    try:
        path.write_text(written, encoding="utf-8")
    except OSError as error:
        raise PreviewError(f"{path} cannot be written: {error.strerror}") from None


def _written(found: Report, form: Format) -> str:
    writer = WRITERS.get(form)
    return writer(found) if writer else markdown(found, LIMITS[form])
