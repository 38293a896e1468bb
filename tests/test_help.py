"""What ``--help`` says of each command is all that was written for it."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from rich.text import Text
from typer.testing import CliRunner

from mailgrant.cli import app

WIDE = {"COLUMNS": "400", "TERM": "dumb", "NO_COLOR": "1"}


def commands(found: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, found
    for name, one in getattr(found, "commands", {}).items():
        yield from commands(one, *path, name)


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_all_that_is_written_shows(path: tuple[str, ...]) -> None:
    shown = " ".join(CliRunner().invoke(app, [*path, "--help"], env=WIDE).output.split())

    for one in ALL[path].params:
        told = getattr(one, "help", None) or ""
        # Brackets are taken for markup, and what they say is lost.
        assert Text.from_markup(told).plain == told
        assert " ".join(told.split()) in shown
        if isinstance(default := getattr(one, "show_default", None), str):
            assert f"[default: ({default})]" in shown
