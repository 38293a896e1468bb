"""Stacks that are looked at by the engine, one after the other: what one of them hides is no reason to hide the others."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from mailgrant.errors import SetupError
from mailgrant.report.engine import project
from mailgrant.report.preview import Occasion, Preview, PreviewError
from mailgrant.report.report import Failure
from mailgrant.stack.engine import name as selected

StackOption = Annotated[
    list[str] | None,
    typer.Option("--stack", "-s", help="Name of a stack; can be repeated.", show_default="selected"),
]


def looked_at(
    names: Sequence[str], look: Callable[[str], Preview], occasion: Occasion
) -> tuple[list[Preview], list[Failure]]:
    """What was seen of each stack, and of which ones nothing could be seen.

    Args:
        names: of the stacks; the selected one if there are none.
        look: at one of them.
        occasion: for which.

    Raises:
        SetupError: there is no engine.
    """
    found: list[Preview] = []
    failures: list[Failure] = []
    for name in dict.fromkeys(names or [""]):
        try:
            found.append(look(name))
        except PreviewError as error:
            failures.append(Failure(_place(name, error), error, occasion))
    return found, failures


def _place(name: str, failed: PreviewError) -> str:
    """Project and stack, as the engine has them in its names of resources."""
    try:
        return f"{project(Path.cwd())}/{(name or selected()).rpartition('/')[2]}"
    except SetupError:
        raise failed from None  # nobody knows of what it is
