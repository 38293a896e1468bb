"""Which azuread plugin the engine gets: the real one wherever there is one, else the stand-in."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from offline_tenant import environment
from offline_tenant.home import OfflineError
from tests.worlds import OfflineTenant, Project

PLUGIN = "pulumi-resource-azuread"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder as the real plugin's: the program in it notes that it was run."""
    folder = tmp_path / "real plugin"
    folder.mkdir()
    program = folder / PLUGIN
    marker, python = shlex.quote(str(folder / "was-run")), shlex.quote(sys.executable)
    program.write_text(f'#!/bin/sh\ntouch {marker}\nexec {python} -P -m offline_tenant.azuread_plugin "$@"\n')
    program.chmod(0o755)
    return folder


def env(project: Project, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["mailgrant", "offline", "env"],
        env={**project.environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.engine
@pytest.mark.parametrize("way", ["named", "on PATH", "installed"])
def test_the_real_plugin_wins(way: str, real: Path, project: Project, tmp_path: Path) -> None:
    person = tmp_path / "person"
    installed = person / ".pulumi" / "plugins" / "resource-azuread-v6.10.0"
    installed.parent.mkdir(parents=True)
    variables = {
        "named": {"MAILGRANT_AZUREAD_PLUGIN": str(real)},
        "on PATH": {"PATH": f"{project.environment['PATH']}:{real}"},
        "installed": {"HOME": str(person)},
    }[way]
    if way == "installed":
        real.rename(installed)
        real.symlink_to(installed)
    assert env(project, **variables).returncode == 0

    Project(project.folder, {**project.environment, **variables}).pulumi("up", "--yes", "--skip-preview")

    assert (real / "was-run").exists()


@pytest.mark.engine
def test_without_a_real_plugin_the_stand_in_is_taken(project: Project, offline: OfflineTenant) -> None:
    said = project.pulumi("up", "--yes", "--skip-preview")

    assert "warning:" not in said
    plugins = list((offline.home.pulumi_home / "plugins").glob(f"resource-azuread-v*/{PLUGIN}"))
    assert ["offline_tenant.azuread_plugin" in plugin.read_text() for plugin in plugins] == [True]


def test_a_named_folder_without_the_plugin_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILGRANT_AZUREAD_PLUGIN", str(tmp_path))

    with pytest.raises(OfflineError, match="which holds no pulumi-resource-azuread"):
        environment.real_azuread_plugin()
