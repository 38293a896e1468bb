"""Homes of a tenant: whose they are, damaged, in the way; and the shell that works in one, whatever its name."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from offline_tenant import process
from offline_tenant.home import Home
from tests.offline_shell import Offline, nobody_serves, servers

HOSTILE = """it's "quoted" $(touch hacked) `touch hacked` ; é"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_looks_into_a_home(shell: Offline) -> None:
    shell.home.mkdir(parents=True, mode=0o755)
    shell.start()

    assert mode(shell.home) == 0o700
    folders = [path for path in shell.home.iterdir() if path.is_dir()]
    assert {mode(path) for path in folders} == {0o700}
    assert mode(shell.home / "certificates" / "server.pem") == 0o600


def test_a_folder_with_something_else_is_no_home(shell: Offline) -> None:
    shell.home.mkdir(parents=True, mode=0o755)
    (shell.home / "thesis.txt").write_text("years of work")

    complaint = shell.quick("start", expect=1)
    assert complaint == f"error: {shell.home} is no home of an offline tenant, and not empty: name another\n"
    assert [path.name for path in shell.home.iterdir()] == ["thesis.txt"]
    assert mode(shell.home) == 0o755


def test_a_file_is_no_home(shell: Offline) -> None:
    shell.home.parent.mkdir()
    shell.home.write_text("")

    assert shell.quick("start", expect=1) == f"error: {shell.home}: File exists\n"
    assert "not running" in shell.quick("status", expect=3)


def test_a_home_that_path_cannot_hold_is_refused(tmp_path: Path) -> None:
    complaint = Offline(tmp_path / "a:b").quick("start", expect=1)

    assert "a home with ':' in its path cannot stand in PATH" in complaint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "lost",
    [
        ["process.json", "certificates/bundle.pem"],
        ["lock", "certificates/ca.pem", "pulumi", "stacks"],
        ["lock", "process.json", "log.txt", "cloud.json", "bin"],
        ["certificates"],
        ["tenant.sqlite3", "tenant.sqlite3-wal", "tenant.sqlite3-shm"],
    ],
)
def test_a_stopped_tenant_starts_whatever_was_deleted(shell: Offline, lost: list[str]) -> None:
    shell.start()
    shell.stop()
    for name in lost:
        path = shell.home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    shell.start()
    assert "invoices@contoso.com" in shell.quick("mailbox", "list")
    assert all(
        Path(one).exists() for one in (shell.home / "certificates/bundle.pem", shell.home / "bin/pwsh")
    )


def test_a_running_tenant_is_found_without_its_notes(shell: Offline) -> None:
    shell.start()
    ports = shell.facts["ports"]
    (shell.home / "process.json").write_text("{")
    assert shell.quick_json("status")["ports"] == ports
    (shell.home / "process.json").unlink()

    assert shell.quick_json("status")["ports"] == ports
    assert "was running already" in shell.quick("start")
    shell.stop()
    assert nobody_serves(shell.home)


def test_a_tenant_ends_with_its_home(shell: Offline) -> None:
    """Nobody could stop it any more: its process id and ports were written down there."""
    shell.start()
    assert len(servers(shell.home)) == 1
    shutil.rmtree(shell.home)

    assert nobody_serves(shell.home)
    shell.start()
    assert len(servers(shell.home)) == 1


def test_a_newer_state_is_refused(shell: Offline) -> None:
    shell.start()
    shell.stop()
    state = sqlite3.connect(shell.home / "tenant.sqlite3")
    state.execute("PRAGMA user_version = 99")
    state.close()

    complaint = shell.quick("start", expect=1)
    assert "a newer mailgrant wrote it (version 99 of the state" in complaint
    assert len(complaint.splitlines()) == 1
    assert nobody_serves(shell.home)


def test_a_broken_state_is_refused(shell: Offline) -> None:
    shell.start()
    shell.stop()
    (shell.home / "tenant.sqlite3").write_bytes(b"nonsense" * 1000)

    assert "tenant.sqlite3 cannot be used: file is not a database" in shell.quick("start", expect=1)


# The shell


def test_the_shell_of_a_tenant_that_does_not_run_stops(shell: Offline) -> None:
    running = shell.popen("env")
    said, complained = running.communicate()
    assert (running.returncode, said) == (1, "false\n")
    assert complained == (
        "error: the offline tenant is not running: start it with: mailgrant offline start\n"
    )

    script = 'eval "$("$PYTHON" -m offline_tenant env 2>&-)" && echo went on'
    environment = {**os.environ, "PYTHON": sys.executable, "MAILGRANT_OFFLINE_HOME": str(shell.home)}
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_hostile_names_survive_the_shell(tmp_path: Path) -> None:
    shell = Offline(tmp_path / HOSTILE)
    shell.start()
    script = """
        eval "$("$PYTHON" -m offline_tenant env)" || exit 1
        "$PYTHON" -c 'import json, os; print(json.dumps(dict(os.environ)))'
        command -v pwsh
        "$PYTHON" -m offline_tenant status >&2
    """
    environment = {**os.environ, "PYTHON": sys.executable, "MAILGRANT_OFFLINE_HOME": str(shell.home)}
    try:
        done = subprocess.run(
            ["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
    finally:
        process.stop(Home(shell.home))
    exported, pwsh = done.stdout.splitlines()
    variables = json.loads(exported)
    assert variables["MAILGRANT_OFFLINE_HOME"] == str(shell.home)
    assert variables["PATH"].split(":")[0] == str(shell.home / "bin")
    assert Path(variables["SSL_CERT_FILE"]).is_file()
    assert pwsh == str(shell.home / "bin" / "pwsh")
    assert f"home: {shell.home}" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [HOSTILE]


def test_a_stranger_reaches_it_with_what_env_exports(shell: Offline) -> None:
    shell.start()
    script = (
        'eval "$("$PYTHON" -m offline_tenant env)" && '
        'exec curl --silent --show-error --fail "$OFFLINE_TENANT_URL/$ARM_TENANT_ID/v2.0/.well-known/openid-configuration"'
    )
    environment = {**os.environ, "PYTHON": sys.executable, "MAILGRANT_OFFLINE_HOME": str(shell.home)}
    if not shutil.which("curl"):
        pytest.skip("no curl on PATH")

    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["token_endpoint"].startswith("https://localhost:")


def test_env_of_another_tenant(shell: Offline) -> None:
    shell.start()
    shell.quick("tenant", "add", "--organization", "fabrikam.onmicrosoft.com", "--cloud", "usgov-high")
    [_, fabrikam] = shell.quick_json("tenant", "list")

    assert fabrikam["cloud"] == "usgov-high"
    assert shell.quick("env", "--tenant", "fabrikam.onmicrosoft.com").splitlines()[-1] == (
        f"export ARM_TENANT_ID={fabrikam['id']}"
    )
    complaint = shell.quick("env", "--tenant", "adatum.com", expect=1)
    assert complaint == (
        "error: there is no tenant 'adatum.com'; there are: "
        "contoso.onmicrosoft.com, fabrikam.onmicrosoft.com\n"
    )
