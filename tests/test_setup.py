"""The way from a fresh clone to an engine, on a PATH that holds only what each test puts there."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "tools" / "pulumi" / "engine.py"
PROGRAMS = {
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
}

# Go is an outside program: this one answers what engine.py asks, writes down the questions, stops
# at the gate while there is one, and breaks off half-way where `breaks` names what it builds.
FAKE_GO = """
import json, pathlib, sys

here = pathlib.Path(__file__).parent
asked = sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(" ".join(asked) + "\\n")

def build():
    target = pathlib.Path(asked[asked.index("-o") + 1])
    target.write_text("half")
    if (here / "gate").exists():
        (here / "gate").open().close()
    breaks = here / "breaks"
    if breaks.exists() and target.name.startswith(breaks.read_text()):
        sys.exit("link: no space left on device")
    target.write_text("#!/bin/sh")
    target.chmod(0o755)

def answer():
    if asked[0] == "env":
        print((here / "settings.json").read_text())
    elif asked[0] == "build":
        build()
    elif "-m" in asked:
        print(here / "module")
    else:
        print("go: downloading example.invalid v1.0.0", "fmt", "example.invalid", sep="\\n")

answer()
"""


@dataclass
class Machine:
    """A computer for engine.py: its PATH, its cache and what was asked of its Go."""

    root: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def cache(self) -> Path:
        return self.root / "cache" / "mailgrant"

    @property
    def environment(self) -> dict[str, str]:
        defaults = {"PATH": str(self.bin), "HOME": str(self.root), "XDG_CACHE_HOME": str(self.cache.parent)}
        return {**defaults, **self.settings}

    def put(self, name: str, script: str, folder: str = "bin") -> Path:
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def put_go(self, version: str = "go1.99.0") -> None:
        folder = self.root / "go"
        for part in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
            self.put(part, "true", "go/module/python")
        (folder / "go.py").write_text(FAKE_GO)
        caches = {"GOCACHE": str(folder / "build"), "GOMODCACHE": str(folder / "mod"), "GOTMPDIR": ""}
        (folder / "settings.json").write_text(json.dumps({"GOVERSION": version, **caches}))
        self.put("go", f'exec "{sys.executable}" "{folder / "go.py"}" "$@"')

    def break_go_at(self, program: str) -> None:
        (self.root / "go" / "breaks").write_text(program)

    def mend_go(self) -> None:
        (self.root / "go" / "breaks").unlink()

    def calls(self, verb: str = "") -> list[str]:
        calls = self.root / "go" / "calls"
        return (
            [line for line in calls.read_text().splitlines() if line.startswith(verb)]
            if calls.exists()
            else []
        )

    def engine(self) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, ENGINE], env=self.environment, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        return done

    def start(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, ENGINE], env=self.environment, stdout=pipe, stderr=pipe, text=True
        )

    def made(self) -> set[str]:
        """What stands in the cache, the lock's file aside."""
        found = self.cache.glob("**/*") if self.cache.exists() else ()
        return {path.name for path in found if path.suffix != ".lock"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "bin").mkdir()
    return Machine(tmp_path)


def read_until(text: str, process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    assert any(text in line for line in process.stderr)


def test_without_an_engine_and_without_go_both_ways_out_are_told(machine: Machine) -> None:
    done = machine.engine()

    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no `pulumi` on PATH, and there is no Go on PATH" in done.stderr
    assert "https://www.pulumi.com/docs/install/" in done.stderr
    assert "https://go.dev/doc/install" in done.stderr
    assert machine.made() == set()


@pytest.mark.parametrize("host_folder", ["bin", "elsewhere"])
def test_an_engine_on_path_is_used_as_it_is(machine: Machine, host_folder: str) -> None:
    machine.put("pulumi", "echo v3.240.1")
    machine.put("pulumi-language-python", "true", host_folder)
    machine.settings["PATH"] = f"{machine.bin}:{machine.root / 'elsewhere'}"

    done = machine.engine()

    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
    assert machine.made() == set()


def test_the_host_is_found_beside_an_engine_that_path_only_links_to(machine: Machine) -> None:
    program = machine.put("pulumi", "echo v3.232.0", "cellar")
    machine.put("pulumi-language-python", "true", "cellar")
    (machine.bin / "pulumi").symlink_to(program)

    assert machine.engine().stdout == "\n"


@pytest.mark.parametrize(
    ("script", "beside", "reason"),
    [
        ("echo v3.231.9", "pulumi-language-python", "is Pulumi 3.231.9, and mailgrant needs 3.232 or newer"),
        ("echo v3.240.0", "another-program", "has no pulumi-language-python beside it or on PATH"),
        ("echo hello", "pulumi-language-python", "does not tell its version"),
        ("exit 1", "pulumi-language-python", "does not tell its version"),
    ],
)
def test_an_engine_that_cannot_be_used_is_named_and_another_built(
    machine: Machine, script: str, beside: str, reason: str
) -> None:
    machine.put("pulumi", script)
    machine.put(beside, "true")
    machine.put_go()

    done = machine.engine()

    assert reason in done.stderr
    assert Path(done.stdout.strip()).parent == machine.cache


def test_a_go_that_is_too_old_is_told_which_one_is_needed(machine: Machine) -> None:
    machine.put_go("go1.24.9")

    done = machine.engine()

    needed = re.search(r"^go (\S+)$", (ENGINE.parent / "engine" / "go.mod").read_text(), re.MULTILINE)
    assert needed is not None
    assert done.returncode == 1
    assert f"is Go 1.24.9; building the Pulumi engine needs Go {needed[1]} or newer" in done.stderr
    assert machine.made() == set()


def test_a_disk_that_is_too_full_is_told_before_anything_is_made(machine: Machine) -> None:
    machine.put_go()
    machine.settings["MAILGRANT_ENGINE_DISK_GB"] = "1000000"

    done = machine.engine()

    assert done.returncode == 1
    assert re.search(r"needs about \d+\.\d GB on the disk of .*, where \d+\.\d GB are free", done.stderr)
    assert machine.calls("build") == []
    assert machine.made() == set()


def test_the_engine_is_built_whole_and_only_its_folder_goes_to_stdout(machine: Machine) -> None:
    machine.put_go()

    done = machine.engine()

    folder = Path(done.stdout.removesuffix("\n"))
    assert {path.name for path in folder.iterdir()} == PROGRAMS
    assert all(os.access(path, os.X_OK) for path in folder.iterdir())
    assert "It takes 4 to 6 minutes" in done.stderr
    assert "Compiling pulumi v3.232.0" in done.stderr
    assert all("-mod=readonly" in call for call in machine.calls() if not call.startswith("env"))


def test_the_second_run_asks_nothing_of_go(machine: Machine) -> None:
    machine.put_go()
    first = machine.engine()
    asked = machine.calls()
    (machine.bin / "go").unlink()

    second = machine.engine()

    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert machine.calls() == asked


def test_two_runs_at_once_build_one_engine(machine: Machine) -> None:
    machine.put_go()
    gate = machine.root / "go" / "gate"
    os.mkfifo(gate)
    with machine.start() as first:
        read_until("Compiling", first)
        with machine.start() as second:
            read_until("Another run is building the same engine; waiting for it", second)
            with gate.open("w"):
                gate.unlink()
            answers = {run.communicate(timeout=60)[0] for run in (first, second)}

    assert len(answers) == 1
    assert len(machine.calls("build")) == 2


def test_a_broken_build_leaves_nothing_half_made(machine: Machine) -> None:
    machine.put_go()
    machine.break_go_at("pulumi-language-python")

    done = machine.engine()

    assert (done.returncode, done.stdout) == (1, "")
    assert "Compiling pulumi-language-python v3.79.0 failed" in done.stderr
    assert "    link: no space left on device\n  Free some disk space" in done.stderr
    assert machine.made() == set()


def test_a_build_goes_on_where_it_broke_off(machine: Machine) -> None:
    machine.put_go()
    machine.break_go_at("pulumi.")
    broken = machine.engine()
    kept = machine.made()
    machine.mend_go()

    mended = machine.engine()

    assert (broken.returncode, mended.returncode) == (1, 0)
    assert {name for name in kept if not name.endswith(".building")} == {"pulumi-language-python"}
    assert sum("cmd/pulumi-language-python" in call for call in machine.calls("build")) == 1


def test_an_interrupted_build_ends_cleanly(machine: Machine) -> None:
    machine.put_go()
    os.mkfifo(machine.root / "go" / "gate")
    with machine.start() as run:
        read_until("Compiling", run)
        run.send_signal(signal.SIGINT)
        told = run.communicate(timeout=60)[1]

    assert run.returncode == 130
    assert "Interrupted. What is done is kept" in told
    assert "Traceback" not in told
    assert machine.made() == set()


def test_a_cache_that_cannot_be_written_is_named(machine: Machine) -> None:
    machine.put_go()
    blocked = machine.put("file", "")
    machine.settings["XDG_CACHE_HOME"] = str(blocked)

    done = machine.engine()

    assert done.returncode == 1
    assert "Point XDG_CACHE_HOME at a folder that can be written to" in done.stderr


def locked() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(("platform", "system"), [("linux", "Linux"), ("darwin", "Darwin")])
def test_the_lock_is_whole_for_every_python_and_system(python: str, platform: str, system: str) -> None:
    place = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    place |= {"platform_system": system, "extra": ""}
    needs = [Requirement(line) for name in locked() - {"pip", "setuptools"} for line in requires(name) or ()]
    wanted = {
        canonicalize_name(need.name) for need in needs if not need.marker or need.marker.evaluate(place)
    }

    assert wanted <= locked()


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
        ("verify", "mailgrant verify"),
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
