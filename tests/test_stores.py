"""The way to the object stores that tests of shared state need: installed by npm, once and whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines import Machine
from tests.stores import IMPOSSIBLE, INSTALLER

# npm is an outside program: this one writes down what it is asked, and puts there what the real one would.
NPM = """
echo "$*" >> "$HOME/asked"
while [ "$1" != --prefix ]; do shift; done
/bin/mkdir -p "$2/node_modules/.bin"
cd "$2/node_modules/.bin" && for name in azurite-blob s3rver; do echo > $name && /bin/chmod +x $name; done
"""


def install(machine: Machine) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, INSTALLER], env=machine.environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("present", "reason"),
    [
        ({}, "there is no node and no npm on PATH"),
        ({"node": "echo v20.0.0"}, "there is no npm on PATH"),
        ({"node": "echo v18.20.4", "npm": "exit 1"}, "node is v18.20.4, and they need 20 or newer"),
        ({"node": "exit 1", "npm": "exit 1"}, "node is of no known version, and they need 20 or newer"),
    ],
)
def test_where_they_cannot_be_installed_the_reason_is_told(
    machine: Machine, present: dict[str, str], reason: str
) -> None:
    for name, script in present.items():
        machine.put(name, script)

    done = install(machine)

    assert (done.returncode, done.stdout) == (IMPOSSIBLE, "")
    assert done.stderr == f"No object stores for the tests of shared state: {reason}.\n"
    assert machine.made() == set()


def test_they_are_installed_once_in_exact_versions_and_no_package_runs_a_script(machine: Machine) -> None:
    machine.put("node", "echo v22.1.0")
    machine.put("npm", NPM)

    first, second = install(machine), install(machine)

    assert Path(first.stdout.strip()).is_relative_to(machine.cache)
    assert "Installing azurite@" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")
    [asked] = (machine.root / "asked").read_text().splitlines()
    assert "--ignore-scripts" in asked
    assert len(re.findall(r" \w+@\d+\.\d+\.\d+(?= |$)", asked)) == 2


def test_a_failed_install_leaves_nothing_that_could_be_taken_for_a_whole_one(machine: Machine) -> None:
    machine.put("node", "echo v22.1.0")
    machine.put("npm", f"{NPM}\necho no network; exit 1")

    failed = install(machine)
    machine.put("npm", NPM)
    mended = install(machine)

    assert (failed.returncode, failed.stdout) == (1, "")
    assert "no network" in failed.stderr
    assert mended.returncode == 0
