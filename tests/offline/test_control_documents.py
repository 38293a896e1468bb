"""``docs/offline.md`` names every command, every call of the control plane and every variable; others run its examples."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from offline_tenant import environment
from offline_tenant.cli import app
from offline_tenant.control import routes
from offline_tenant.home import SERVICES, Home

TEXT = (Path(__file__).parents[2] / "docs" / "offline.md").read_text()


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from commands(one, (*path, name))
    if not inner:
        yield " ".join(path)


@pytest.mark.parametrize("command", list(commands(typer.main.get_command(app))))
def test_every_command_has_an_example(command: str) -> None:
    assert f"mailgrant offline {command}" in TEXT


def test_every_call_stands_in_the_table() -> None:
    shown = re.findall(r"^\| `([A-Z]+) (/_control\S*)`", TEXT, re.MULTILINE)

    assert sorted(shown) == sorted((route.method, route.template) for route in routes.ROUTES)


def test_every_variable_is_explained(tmp_path: Path) -> None:
    exported = environment.variables(Home(tmp_path), dict.fromkeys(SERVICES, 1))

    assert [name for name in (*exported, "PATH") if f"`{name}`" not in TEXT] == []
