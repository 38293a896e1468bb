"""What all commands share: options, errors as one line, columns of text."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn
from urllib.parse import urlencode

import typer

from offline_tenant import process
from offline_tenant.home import Home, OfflineError

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder of the tenant.", show_default="$MAILGRANT_OFFLINE_HOME or .mailgrant/offline"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="Id or domain of a tenant.", show_default="the first one")
]
FAILED: Final = 1


@contextmanager
def plain_errors() -> Iterator[None]:
    """What went wrong as one line on stderr, and exit code 1."""
    try:
        yield
    except OfflineError as error:
        fail(str(error), error)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), error)


def fail(message: str, cause: Exception | None = None) -> NoReturn:
    """End the command with exit code 1."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(FAILED) from cause


def ask(home: Path | None, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
    """Call the control plane of a home's tenant.

    Args:
        home: as the option gave it.
        method: GET, POST, …
        path: below ``/_control``.
        body: becomes JSON.
        query: values that are None are left out.
    """
    given = urlencode({name: value for name, value in query.items() if value is not None})
    with plain_errors():
        return process.control(Home.find(home), method, f"{path}?{given}" if given else path, body)


def show(found: Any, rows: Iterable[Sequence[Any]], *, as_json: bool) -> None:
    """Print an answer: as JSON, or as columns."""
    typer.echo(json.dumps(found) if as_json else columns(rows))


def columns(rows: Iterable[Sequence[Any]]) -> str:
    """Lines whose cells stand below each other; ``none`` where there are none."""
    cells = [[printable(str(cell)) for cell in row] for row in rows] or [["none"]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
    return "\n".join(lines)


def printable(text: str) -> str:
    """The text without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
