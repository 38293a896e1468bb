"""Clients in somebody else's Pulumi program, which has only installed mailgrant."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.somebody import Somebody, project
from tests.worlds import OfflineTenant

ROOT = Path(__file__).parent.parent


def test_the_documentation_shows_the_program_that_is_run() -> None:
    program = (ROOT / "tests" / "programs" / "library.py").read_text()
    shown = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "docs" / "library.md").read_text(), re.MULTILINE | re.DOTALL
    )

    assert len(shown) == 3
    assert all(block in program for block in shown)


def resources(somebody: Somebody) -> dict[str, dict[str, Any]]:
    """The resources of the stack by type and name."""
    exported = json.loads(somebody.pulumi("stack", "export"))
    found: list[dict[str, Any]] = exported["deployment"]["resources"]
    return {f"{one['type']}::{one['urn'].rpartition('::')[2]}": one for one in found}


@pytest.mark.engine
def test_clients_work_in_somebodys_program_and_heed_its_options(
    tmp_path: Path, offline: OfflineTenant
) -> None:
    somebody = project(tmp_path / "somebody", offline.environment, "library.py")
    before = offline.control("GET", "objects")

    somebody.pulumi("up", "--yes", "--skip-preview")
    somebody.pulumi("up", "--yes", "--expect-no-changes")
    assert "4 of 4 logins verified" in somebody.mailgrant("verify")

    made = resources(somebody)
    client = made["mailgrant:index:DaemonClient::poller"]
    assert client["parent"].endswith("::somebody:index:Desk::desk")
    below = [one for one in made.values() if "mailgrant:index:DaemonClient" in one["urn"]]
    assert len(below) > 12
    assert all(one.get("protect") for one in below)
    entra = [one for one in below if one["type"].startswith("azuread:")]
    assert all("::pulumi:providers:azuread::entra::" in one["provider"] for one in entra)
    switches = made["pulumi-python:dynamic/exchange:MailboxProtocols::desk"]["urn"]
    assert all(switches in one.get("dependencies", []) for one in below if "provider" in one)

    somebody.pulumi("state", "unprotect", "--all", "--yes")
    somebody.edit("protect=True", "protect=False")
    somebody.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
