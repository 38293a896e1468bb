"""The way to actionlint: built once by the Go that is there, whole or not at all. What it and the schemas find is theirs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines import ROOT, Machine
from tests.pipelines.files import GITHUB

LINT = ROOT / "tools" / "actionlint" / "lint.py"


def lint(machine: Machine) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, LINT], env=machine.environment, capture_output=True, text=True, check=False
    )


def test_without_go_it_is_told_what_is_missing(machine: Machine) -> None:
    done = lint(machine)

    assert (done.returncode, done.stdout) == (2, "")
    assert "there is none on PATH" in done.stderr


def test_it_is_built_once(machine: Machine) -> None:
    machine.put_go()

    assert [lint(machine).returncode for _ in range(2)] == [0, 0]

    [build] = machine.calls()
    assert "-mod=readonly" in build
    assert build.endswith("github.com/rhysd/actionlint/cmd/actionlint")


def test_a_build_that_breaks_off_is_not_used(machine: Machine) -> None:
    machine.put_go()
    machine.break_go_at("actionlint")
    assert lint(machine).returncode == 2

    machine.mend_go()

    assert lint(machine).returncode == 0
    assert len(machine.calls("build")) == 2


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [("", "", 0), ("timeout-minutes", "timeout-minute", 1), ("pull_request:", "pull-request:", 1)],
)
def test_the_schema_finds_a_key_that_github_does_not_know(
    old: str, new: str, found: int, tmp_path: Path
) -> None:
    path = tmp_path / "preview.yml"
    path.write_text((GITHUB / "workflows" / "preview.yml").read_text().replace(old, new))

    program = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [program, "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)

    assert done.returncode == found
