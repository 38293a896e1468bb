"""The way to a Pulumi engine: the one on PATH, or one built by the Go that is there, once and whole."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.machines import ENGINE, Machine

PROGRAMS = {
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
}


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
