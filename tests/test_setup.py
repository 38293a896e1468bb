"""The way from a fresh clone to a running demo: the lock, make, and the demo's own words."""

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.machines import ROOT, Machine


def locked(place: dict[str, str] | None = None) -> set[str]:
    """What the lock holds, everywhere or in one place."""
    lines = re.findall(r"^[a-z0-9-]+==[^\\\n]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    found = [Requirement(line) for line in lines]
    return {one.name for one in found if not (place and one.marker) or one.marker.evaluate(place)}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(("platform", "system"), [("linux", "Linux"), ("darwin", "Darwin")])
def test_the_lock_is_whole_for_every_python_and_system(python: str, platform: str, system: str) -> None:
    place = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    place |= {"platform_system": system, "extra": ""}
    here = locked(place)
    needs = [Requirement(line) for name in here - {"pip", "setuptools"} for line in requires(name) or ()]
    wanted = {
        canonicalize_name(need.name) for need in needs if not need.marker or need.marker.evaluate(place)
    }

    assert wanted <= here


def test_the_lock_names_no_index_and_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text()

    assert re.findall(r"://|--index-url|--find-links|--trusted-host|(?<= )/\S+", text) == []


def test_the_lock_holds_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["offline"]]
    asked += project["dependency-groups"]["dev"]

    assert {canonicalize_name(Requirement(line).name) for line in asked} <= locked()


def make(machine: Machine, target: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("make")
    assert program is not None
    shutil.copy(ROOT / "Makefile", machine.root)
    return subprocess.run(
        [program, target],
        cwd=machine.root,
        env=machine.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_without_a_python_that_is_new_enough_says_what_to_install(machine: Machine) -> None:
    machine.put("python3", "exit 1")
    (machine.root / "requirements.lock").touch()
    (machine.root / "pyproject.toml").touch()

    done = make(machine, "setup")

    assert done.returncode != 0
    assert "mailgrant needs Python 3.11 or newer" in done.stderr
    assert not (machine.root / ".venv").exists()


def run_demo(machine: Machine) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    assert bash is not None
    for tool in ("cat", "dirname", "grep", "sed"):
        (machine.bin / tool).symlink_to(shutil.which(tool) or "")
    return subprocess.run(
        [bash, ROOT / "tools" / "demo.sh"],
        env=machine.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_shows_each_command_and_works_in_the_environment_of_the_tenant(machine: Machine) -> None:
    machine.put("mailgrant", '[ "$*" = "offline env" ] && echo "export TENANT=here"; exit 0')
    machine.put("pulumi", """echo "pulumi in $TENANT"; echo '"same": 9'""")

    done = run_demo(machine)

    shown = re.findall(r"^    \$ (.*)", done.stdout, re.MULTILINE)
    assert done.returncode == 0
    assert [line.split(" --")[0] for line in shown] == [
        "mailgrant offline start",
        'eval "$(mailgrant offline env)"',
        "pulumi stack select",
        "pulumi up",
        "pulumi stack      (its outputs stand above)",
        "mailgrant verify",
    ]
    assert "pulumi in here" in done.stdout
    assert "Nothing changed" in done.stdout
    assert "What to try next" in done.stdout


def test_a_demo_that_changed_something_does_not_deny_it(machine: Machine) -> None:
    machine.put("mailgrant", "exit 0")
    machine.put("pulumi", """echo '"create": 8'""")

    assert "Nothing changed" not in run_demo(machine).stdout


@pytest.mark.parametrize(
    ("fails", "step"),
    [
        ("offline start", "mailgrant offline start"),
        ("offline env", 'eval "$(mailgrant offline env)"'),
        ("verify --send", "mailgrant verify --send"),
    ],
)
def test_a_demo_that_stops_says_where(machine: Machine, fails: str, step: str) -> None:
    machine.put("mailgrant", f'[ "$*" = "{fails}" ] && exit 3; exit 0')
    machine.put("pulumi", "exit 0")

    done = run_demo(machine)

    assert done.returncode == 3
    assert done.stderr.count(f"The demo stopped at: {step} (exit code 3)") == 1
    assert "What to try next" not in done.stdout


def test_a_demo_without_the_set_up_names_make_demo(machine: Machine) -> None:
    done = run_demo(machine)

    assert done.returncode == 1
    assert "start it with `make demo`" in done.stderr
