"""The tenant's process over the real command line: started, stopped, killed, disturbed, and with hostile names."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from offline_tenant import process
from offline_tenant.cli import app
from offline_tenant.home import Home, OfflineError

HOSTILE = """it's "quoted" $(touch hacked) `touch hacked` ; é"""


@dataclass(frozen=True)
class Offline:
    """``mailgrant offline`` for one home."""

    home: Path

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "offline_tenant", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "MAILGRANT_OFFLINE_HOME": str(self.home), **environment},
        )

    def run(self, *arguments: str, expect: int = 0, **environment: str) -> str:
        """Standard output, or what was said on standard error where a failure is expected."""
        running = self.popen(*arguments, **environment)
        said, complained = running.communicate()
        assert running.returncode == expect, said + complained
        assert "Traceback" not in complained
        return complained if expect == 1 else said

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def quick(self, *arguments: str, expect: int = 0) -> str:
        """As ``run``, within this process: for what needs no process of its own."""
        done = CliRunner().invoke(app, arguments, env={"MAILGRANT_OFFLINE_HOME": str(self.home)})
        assert done.exit_code == expect, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.stderr if expect == 1 else done.stdout

    def quick_json(self, *arguments: str) -> Any:
        return json.loads(self.quick(*arguments, "--json"))

    def start(self) -> None:
        process.start(Home(self.home))

    def stop(self) -> None:
        assert process.stop(Home(self.home))

    @property
    def facts(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = Home(self.home).remembered()
        return found


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Offline]:
    """A home that does not exist yet; what is started in it ends with the test."""
    home = tmp_path / "homes" / "one"
    yield Offline(home)
    with contextlib.suppress(OfflineError):
        process.stop(Home(home))


def servers(home: Path) -> list[int]:
    """The processes that serve this home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"offline_tenant.server" in words and os.fsencode(home) in words:
                found.append(int(folder.name))
    return found


def nobody_serves(home: Path) -> bool:
    """Whether all processes of the home end; they give the home free just before."""
    for pid in servers(home):
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            select.select([descriptor], [], [], 30)
            os.close(descriptor)
    return not servers(home)


# Starting and stopping


def test_a_tenants_life(offline: Offline) -> None:
    assert "not running" in offline.run("status", expect=3)
    assert offline.run("stop") == "The offline tenant was not running.\n"
    assert not offline.home.exists()

    first = offline.run("start")
    assert first.startswith("The offline tenant is running: https://localhost:")
    again = offline.run("start")
    assert again.startswith("The offline tenant was running already: https://localhost:")
    assert first.split("running", 1)[1] == again.split("running already", 1)[1]
    assert len(servers(offline.home)) == 1

    status = offline.json("status")
    assert status["running"]
    assert status["home"] == str(offline.home)
    assert [status["pid"]] == servers(offline.home)
    assert str(status["ports"]["https"]) in offline.run("status")

    offline.run("mailbox", "add", "sales@contoso.com")
    assert offline.run("stop") == "The offline tenant is stopped.\n"
    assert nobody_serves(offline.home)
    assert json.loads(offline.run("status", "--json", expect=3))["running"] is False

    offline.run("start")
    assert offline.json("status")["ports"] == status["ports"]
    assert "sales@contoso.com" in offline.run("mailbox", "list")


def test_it_is_a_part_of_mailgrant(offline: Offline) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "mailgrant", "offline", "status", "--home", offline.home, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout) == {"running": False, "home": str(offline.home)}


def test_starts_at_the_same_moment_start_one(offline: Offline) -> None:
    starts = [offline.popen("start") for _ in range(4)]
    ends = [start.communicate() for start in starts]

    assert [start.returncode for start in starts] == [0] * 4, ends
    said = sorted(out.splitlines()[0].split(":")[0] for out, _ in ends)
    already = "The offline tenant was running already"
    assert said == ["The offline tenant is running", already, already, already]
    assert len({out.split("https", 1)[1] for out, _ in ends}) == 1
    assert len(servers(offline.home)) == 1


def test_who_asks_whether_it_runs_does_not_disturb(offline: Offline) -> None:
    """Asking takes the lock for an instant, over and over, while the tenant wants it."""
    over, answers, home = threading.Event(), set[bool](), Home(offline.home)

    def ask() -> None:
        while not over.is_set():
            answers.add(home.running())

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    try:
        process.start(home)
    finally:
        over.set()
        for asker in askers:
            asker.join()
    assert answers == {False, True}
    assert len(servers(offline.home)) == 1


def test_stops_at_the_same_moment_stop_one(offline: Offline) -> None:
    offline.start()
    stops = [offline.popen("stop") for _ in range(3)]
    said = sorted(stop.communicate()[0] for stop in stops)

    assert [stop.returncode for stop in stops] == [0] * 3
    assert "The offline tenant is stopped.\n" in said
    assert nobody_serves(offline.home)


def test_everything_survives_a_kill(offline: Offline) -> None:
    offline.start()
    before = offline.quick_json("status")
    offline.quick("mailbox", "add", "sales@contoso.com")
    os.kill(before["pid"], signal.SIGKILL)

    assert json.loads(offline.quick("status", "--json", expect=3))["running"] is False
    offline.start()
    after = offline.quick_json("status")
    assert after["ports"] == before["ports"]
    assert after["pid"] != before["pid"]
    assert "sales@contoso.com" in offline.quick("mailbox", "list")


def test_a_process_that_hangs_is_ended(offline: Offline, monkeypatch: pytest.MonkeyPatch) -> None:
    offline.start()
    pid = offline.facts["pid"]
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(process, "MERCY", 0.2)

    assert process.stop(Home(offline.home))
    assert nobody_serves(offline.home)


def test_clients_do_not_hold_up_a_stop(offline: Offline) -> None:
    """An idle connection, one that sent half a request, one whose answer takes an hour, and a silent one to IMAP."""
    offline.start()
    offline.quick("latency", "set", "graph *", "3600")
    ports = offline.facts["ports"]
    context = ssl.create_default_context(cafile=str(offline.home / "certificates" / "ca.pem"))

    def connect(service: str, text: bytes) -> ssl.SSLSocket:
        plain = socket.create_connection(("localhost", ports[service]), timeout=30)
        connection = context.wrap_socket(plain, server_hostname="localhost")
        connection.sendall(text)
        return connection

    head = b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    idle = connect("https", b"GET /_control/clock" + head)
    assert idle.recv(12) == b"HTTP/1.1 200"
    half = connect(
        "https", b"POST /_control/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"
    )
    slow = connect("https", b"GET /v1.0/users" + head)
    mail = connect("imap", b"")
    assert mail.recv(4) == b"* OK"

    began = time.monotonic()
    assert process.stop(Home(offline.home))
    took = time.monotonic() - began
    for connection in (idle, half, slow, mail):
        connection.close()
    assert took < 4
    assert "Traceback" not in (offline.home / "log.txt").read_text()


# Ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_taken_port_is_one_message_and_nothing_half_made(offline: Offline, taken: int) -> None:
    complaint = offline.quick("start", "--port", f"imap={taken}", expect=1)

    assert complaint == (
        f"error: port {taken} (imap) is taken by another program: free it, "
        "or choose others: mailgrant offline start --new-ports\n"
    )
    assert nobody_serves(offline.home)
    assert offline.facts == {}
    assert "not running" in offline.quick("status", expect=3)
    offline.start()
    assert taken not in offline.quick_json("status")["ports"].values()


def test_a_port_that_was_taken_meanwhile_can_be_given_up(offline: Offline) -> None:
    offline.start()
    ports = offline.facts["ports"]
    offline.stop()

    with socket.create_server(("127.0.0.1", ports["https"])):
        assert f"port {ports['https']} (https) is taken" in offline.quick("start", expect=1)
        assert offline.facts["ports"] == ports
        offline.quick("start", "--new-ports")
        assert offline.facts["ports"]["https"] != ports["https"]


def test_a_running_tenant_keeps_its_ports(offline: Offline) -> None:
    offline.start()
    ports = offline.facts["ports"]

    offline.quick("start", "--port", f"https={ports['https']}")
    complaint = offline.quick("start", "--port", f"https={ports['imap']}", expect=1)
    assert "the tenant runs already, with other ports (https): stop it first" in complaint
    assert offline.facts["ports"] == ports


@pytest.mark.parametrize("wrong", ["https", "https=", "https=x", "https=65536", "https=-1", "ftp=21"])
def test_a_wrong_port_is_wrong_usage(offline: Offline, wrong: str) -> None:
    offline.quick("start", "--port", wrong, expect=2)
    assert not offline.home.exists()


# The shell


def test_the_shell_of_a_tenant_that_does_not_run_stops(offline: Offline) -> None:
    running = offline.popen("env")
    said, complained = running.communicate()
    assert (running.returncode, said) == (1, "false\n")
    assert complained == (
        "error: the offline tenant is not running: start it with: mailgrant offline start\n"
    )

    script = 'eval "$("$PYTHON" -m offline_tenant env 2>&-)" && echo went on'
    environment = {**os.environ, "PYTHON": sys.executable, "MAILGRANT_OFFLINE_HOME": str(offline.home)}
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_hostile_names_survive_the_shell(tmp_path: Path) -> None:
    offline = Offline(tmp_path / HOSTILE)
    offline.start()
    script = """
        eval "$("$PYTHON" -m offline_tenant env)" || exit 1
        "$PYTHON" -c 'import json, os; print(json.dumps(dict(os.environ)))'
        command -v pwsh
        "$PYTHON" -m offline_tenant status >&2
    """
    environment = {**os.environ, "PYTHON": sys.executable, "MAILGRANT_OFFLINE_HOME": str(offline.home)}
    try:
        done = subprocess.run(
            ["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
    finally:
        process.stop(Home(offline.home))
    exported, pwsh = done.stdout.splitlines()
    variables = json.loads(exported)
    assert variables["MAILGRANT_OFFLINE_HOME"] == str(offline.home)
    assert variables["PATH"].split(":")[0] == str(offline.home / "bin")
    assert Path(variables["SSL_CERT_FILE"]).is_file()
    assert pwsh == str(offline.home / "bin" / "pwsh")
    assert f"home: {offline.home}" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [HOSTILE]


def test_a_stranger_reaches_it_with_what_env_exports(offline: Offline) -> None:
    offline.start()
    script = (
        'eval "$("$PYTHON" -m offline_tenant env)" && '
        'exec curl --silent --show-error --fail "$OFFLINE_TENANT_URL/$ARM_TENANT_ID/v2.0/.well-known/openid-configuration"'
    )
    environment = {**os.environ, "PYTHON": sys.executable, "MAILGRANT_OFFLINE_HOME": str(offline.home)}
    if not shutil.which("curl"):
        pytest.skip("no curl on PATH")

    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["token_endpoint"].startswith("https://localhost:")


def test_env_of_another_tenant(offline: Offline) -> None:
    offline.start()
    offline.quick("tenant", "add", "--organization", "fabrikam.onmicrosoft.com", "--cloud", "usgov-high")
    [_, fabrikam] = offline.quick_json("tenant", "list")

    assert fabrikam["cloud"] == "usgov-high"
    assert offline.quick("env", "--tenant", "fabrikam.onmicrosoft.com").splitlines()[-1] == (
        f"export ARM_TENANT_ID={fabrikam['id']}"
    )
    complaint = offline.quick("env", "--tenant", "adatum.com", expect=1)
    assert complaint == (
        "error: there is no tenant 'adatum.com'; there are: "
        "contoso.onmicrosoft.com, fabrikam.onmicrosoft.com\n"
    )


# Homes


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_looks_into_a_home(offline: Offline) -> None:
    offline.home.mkdir(parents=True, mode=0o755)
    offline.start()

    assert mode(offline.home) == 0o700
    folders = [path for path in offline.home.iterdir() if path.is_dir()]
    assert {mode(path) for path in folders} == {0o700}
    assert mode(offline.home / "certificates" / "server.pem") == 0o600


def test_a_folder_with_something_else_is_no_home(offline: Offline) -> None:
    offline.home.mkdir(parents=True, mode=0o755)
    (offline.home / "thesis.txt").write_text("years of work")

    complaint = offline.quick("start", expect=1)
    assert (
        complaint == f"error: {offline.home} is no home of an offline tenant, and not empty: name another\n"
    )
    assert [path.name for path in offline.home.iterdir()] == ["thesis.txt"]
    assert mode(offline.home) == 0o755


def test_a_file_is_no_home(offline: Offline) -> None:
    offline.home.parent.mkdir()
    offline.home.write_text("")

    assert offline.quick("start", expect=1) == f"error: {offline.home}: File exists\n"
    assert "not running" in offline.quick("status", expect=3)


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
def test_a_stopped_tenant_starts_whatever_was_deleted(offline: Offline, lost: list[str]) -> None:
    offline.start()
    offline.stop()
    for name in lost:
        path = offline.home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    offline.start()
    assert "invoices@contoso.com" in offline.quick("mailbox", "list")
    assert all(
        Path(one).exists() for one in (offline.home / "certificates/bundle.pem", offline.home / "bin/pwsh")
    )


def test_a_running_tenant_is_found_without_its_notes(offline: Offline) -> None:
    offline.start()
    ports = offline.facts["ports"]
    (offline.home / "process.json").write_text("{")
    assert offline.quick_json("status")["ports"] == ports
    (offline.home / "process.json").unlink()

    assert offline.quick_json("status")["ports"] == ports
    assert "was running already" in offline.quick("start")
    offline.stop()
    assert nobody_serves(offline.home)


def test_a_tenant_ends_with_its_home(offline: Offline) -> None:
    """Nobody could stop it any more: its process id and ports were written down there."""
    offline.start()
    assert len(servers(offline.home)) == 1
    shutil.rmtree(offline.home)

    assert nobody_serves(offline.home)
    offline.start()
    assert len(servers(offline.home)) == 1


def test_a_newer_state_is_refused(offline: Offline) -> None:
    offline.start()
    offline.stop()
    state = sqlite3.connect(offline.home / "tenant.sqlite3")
    state.execute("PRAGMA user_version = 99")
    state.close()

    complaint = offline.quick("start", expect=1)
    assert "a newer mailgrant wrote it (version 99 of the state" in complaint
    assert len(complaint.splitlines()) == 1
    assert nobody_serves(offline.home)


def test_a_broken_state_is_refused(offline: Offline) -> None:
    offline.start()
    offline.stop()
    (offline.home / "tenant.sqlite3").write_bytes(b"nonsense" * 1000)

    assert "tenant.sqlite3 cannot be used: file is not a database" in offline.quick("start", expect=1)


# The other commands


NEED_A_TENANT = (
    ["reset"],
    ["seed", "1"],
    ["objects"],
    ["stats"],
    ["log"],
    ["snapshot", "save", "x"],
    ["snapshot", "list"],
    ["clock", "show"],
    ["latency", "show"],
    ["fault", "list"],
    ["lag", "show"],
    ["limits", "show"],
    ["mailbox", "add", "x@contoso.com"],
    ["tenant", "list"],
    ["issuer", "list"],
)


@pytest.mark.parametrize("command", NEED_A_TENANT, ids=" ".join)
def test_without_a_tenant_each_command_says_so(offline: Offline, command: list[str]) -> None:
    complaint = offline.quick(*command, expect=1)

    assert complaint == "error: the offline tenant is not running: start it with: mailgrant offline start\n"
    assert not offline.home.exists()


def test_limits_of_a_mailbox(offline: Offline) -> None:
    offline.start()
    offline.quick("limits", "set", "smtpMessages", "unlimited")
    assert "smtpMessages     unlimited  messages" in offline.quick("limits", "set", "imapConnections", "2")
    assert offline.quick_json("limits", "show")["imapConnections"] == 2
    assert "expected a whole number" in offline.quick("limits", "set", "imapConnections", "two", expect=1)
    offline.quick("limits", "reset", "imapConnections")
    offline.quick("limits", "reset")
    assert offline.quick_json("limits", "show")["smtpMessages"] == 30


def test_a_day_with_the_tenant(offline: Offline, tmp_path: Path) -> None:
    """Each command once, against the real process."""
    offline.start()
    offline.quick("seed", "42", "--clock", "2027-01-01T12:00:00Z")
    assert offline.quick("clock", "show") == "2027-01-01T12:00:00.000Z  stopped\n"
    assert offline.quick("clock", "advance", "90d").startswith("2027-04-01T12:00:00")
    assert offline.quick("clock", "advance", "-1d").startswith("2027-03-31T12:00:00")
    assert offline.quick("clock", "set", "2027-02-01").startswith("2027-02-01T00:00:0")
    assert offline.quick("clock", "stop").endswith("stopped\n")
    assert offline.quick("clock", "start").endswith("running\n")
    offline.quick("clock", "reset")

    offline.quick("snapshot", "save", "morning")
    assert "there is a snapshot 'morning' already" in offline.quick("snapshot", "save", "morning", expect=1)
    offline.quick("snapshot", "save", "morning", "--replace")
    offline.quick("mailbox", "add", "sales@contoso.com", "--name", "Sales", "--alias", "vertrieb@contoso.com")
    assert "taken" in offline.quick("mailbox", "add", "sales@contoso.com", expect=1)
    assert {"address": "sales@contoso.com", "name": "Sales"}.items() <= offline.quick_json("mailbox", "list")[
        -1
    ].items()
    assert offline.quick_json("objects")["mailboxes"] == len(offline.quick_json("mailbox", "list"))
    offline.quick("snapshot", "restore", "morning")
    assert "sales@contoso.com" not in offline.quick("mailbox", "list")
    assert [one["name"] for one in offline.quick_json("snapshot", "list")] == ["morning"]
    offline.quick("snapshot", "delete", "morning")
    assert offline.quick_json("snapshot", "list") == []

    offline.quick("latency", "set", "graph *", "0.5")
    assert offline.quick_json("latency", "show") == {"graph *": 0.5}
    offline.quick("latency", "clear", "graph *")
    offline.quick("latency", "clear")
    added = offline.quick(
        *("fault", "add", "signin *", "--status", "503", "--code", "temporarily_unavailable"),
        *("--message", "Try later", "--header", "Retry-After: 7", "--times", "2", "--after", "1"),
    )
    assert added == (
        "1  signin *  refuse  503 temporarily_unavailable: Try later  struck 0, 2 left, after 1 more\n"
    )
    assert offline.quick_json("fault", "list")[0]["headers"] == {"Retry-After": "7"}
    assert "services are" in offline.quick("fault", "add", "nobody *", expect=1)
    assert "effect: Input should be" in offline.quick("fault", "add", "imap *", "--effect", "x", expect=1)
    offline.quick("fault", "clear", "1")
    assert offline.quick("fault", "list") == "none\n"

    assert "mailboxPermissions" in offline.quick("lag", "realistic")
    offline.quick("lag", "set", "applications", "--reads", "2", "--seconds", "5")
    assert offline.quick_json("lag", "show")["applications"] == {"reads": 2, "seconds": 5.0}
    offline.quick("lag", "off", "applications")
    offline.quick("lag", "off")
    assert offline.quick("lag", "show") == "none\n"

    keys = tmp_path / "keys.json"
    keys.write_text("{}")
    assert "expected a JSON Web Key Set" in offline.quick(
        "issuer", "trust", "https://ci.example", "--keys", str(keys), expect=1
    )
    assert offline.quick("issuer", "list") == "none\n"
    assert "there is no issuer" in offline.quick("issuer", "forget", "https://ci.example", expect=1)

    process.control(Home(offline.home), "GET", "clock")
    offline.quick("reset")
    assert offline.quick("stats").split() == ["connects", "0"]
    assert offline.quick_json("stats", "--reset")["graph"] == {}


def test_the_log_is_readable(offline: Offline) -> None:
    offline.start()
    ports = offline.facts["ports"]
    context = ssl.create_default_context(cafile=str(offline.home / "certificates" / "ca.pem"))
    plain = socket.create_connection(("localhost", ports["https"]))
    with context.wrap_socket(plain, server_hostname="localhost") as connection:
        connection.sendall(b"GET /v1.0/a%1b[31m HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while connection.recv(4096):
            pass
    with context.wrap_socket(
        socket.create_connection(("localhost", ports["imap"])), server_hostname="localhost"
    ) as connection:
        connection.recv(4096)
        connection.sendall(b"a NOOP\r\n")
        connection.recv(4096)

    first, second = offline.quick("log").splitlines()
    assert first.split()[1:3] == ["unknown", "501"]
    assert r"GET /v1.0/a\x1b[31m" in first
    assert "NotEmulated" in first
    assert second.split()[1:] == ["imap", "OK", "NOOP"]
    assert offline.quick("log", "--failed", "--service", "imap") == "none\n"
    assert offline.quick_json("log", "--last", "1")[0]["call"] == "NOOP"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


def test_every_command_teaches() -> None:
    for path, command in commands(typer.main.get_command(app)):
        assert command.help, path
        assert "`" not in command.help, path
        for parameter in command.params:
            assert parameter.help, f"{' '.join(path)}: {parameter.name} has no help"
