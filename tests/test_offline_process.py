"""The tenant's process over the real command line: started, stopped, killed, disturbed; its ports."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant import process
from offline_tenant.home import Home
from tests.offline_shell import Offline, nobody_serves, servers


def test_a_tenants_life(shell: Offline) -> None:
    assert "not running" in shell.run("status", expect=3)
    assert shell.run("stop") == "The offline tenant was not running.\n"
    assert not shell.home.exists()

    first = shell.run("start")
    assert first.startswith("The offline tenant is running: https://localhost:")
    again = shell.run("start")
    assert again.startswith("The offline tenant was running already: https://localhost:")
    assert first.split("running", 1)[1] == again.split("running already", 1)[1]
    assert len(servers(shell.home)) == 1

    status = shell.json("status")
    assert status["running"]
    assert status["home"] == str(shell.home)
    assert [status["pid"]] == servers(shell.home)
    assert str(status["ports"]["https"]) in shell.run("status")

    shell.run("mailbox", "add", "sales@contoso.com")
    assert shell.run("stop") == "The offline tenant is stopped.\n"
    assert nobody_serves(shell.home)
    assert json.loads(shell.run("status", "--json", expect=3))["running"] is False

    shell.run("start")
    assert shell.json("status")["ports"] == status["ports"]
    assert "sales@contoso.com" in shell.run("mailbox", "list")


def test_it_is_a_part_of_mailgrant(shell: Offline) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "mailgrant", "offline", "status", "--home", shell.home, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout) == {"running": False, "home": str(shell.home)}


def test_starts_at_the_same_moment_start_one(shell: Offline) -> None:
    starts = [shell.popen("start") for _ in range(4)]
    ends = [start.communicate() for start in starts]

    assert [start.returncode for start in starts] == [0] * 4, ends
    said = sorted(out.splitlines()[0].split(":")[0] for out, _ in ends)
    already = "The offline tenant was running already"
    assert said == ["The offline tenant is running", already, already, already]
    assert len({out.split("https", 1)[1] for out, _ in ends}) == 1
    assert len(servers(shell.home)) == 1


def test_who_asks_whether_it_runs_does_not_disturb(shell: Offline) -> None:
    """Asking takes the lock for an instant, over and over, while the tenant wants it."""
    over, answers, home = threading.Event(), set[bool](), Home(shell.home)

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
    assert len(servers(shell.home)) == 1


def test_stops_at_the_same_moment_stop_one(shell: Offline) -> None:
    shell.start()
    stops = [shell.popen("stop") for _ in range(3)]
    said = sorted(stop.communicate()[0] for stop in stops)

    assert [stop.returncode for stop in stops] == [0] * 3
    assert "The offline tenant is stopped.\n" in said
    assert nobody_serves(shell.home)


def test_everything_survives_a_kill(shell: Offline) -> None:
    shell.start()
    before = shell.quick_json("status")
    shell.quick("mailbox", "add", "sales@contoso.com")
    os.kill(before["pid"], signal.SIGKILL)

    assert json.loads(shell.quick("status", "--json", expect=3))["running"] is False
    shell.start()
    after = shell.quick_json("status")
    assert after["ports"] == before["ports"]
    assert after["pid"] != before["pid"]
    assert "sales@contoso.com" in shell.quick("mailbox", "list")


def test_a_process_that_hangs_is_ended(shell: Offline, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.start()
    pid = shell.facts["pid"]
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(process, "MERCY", 0.2)

    assert process.stop(Home(shell.home))
    assert nobody_serves(shell.home)


def test_clients_do_not_hold_up_a_stop(shell: Offline) -> None:
    """An idle connection, one that sent half a request, one whose answer takes an hour, and a silent one to IMAP."""
    shell.start()
    shell.quick("latency", "set", "graph *", "3600")
    ports = shell.facts["ports"]
    context = ssl.create_default_context(cafile=str(shell.home / "certificates" / "ca.pem"))

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
    assert process.stop(Home(shell.home))
    took = time.monotonic() - began
    for connection in (idle, half, slow, mail):
        connection.close()
    assert took < 4
    assert "Traceback" not in (shell.home / "log.txt").read_text()


# Ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_taken_port_is_one_message_and_nothing_half_made(shell: Offline, taken: int) -> None:
    complaint = shell.quick("start", "--port", f"imap={taken}", expect=1)

    assert complaint == (
        f"error: port {taken} (imap) is taken by another program: free it, "
        "or choose others: mailgrant offline start --new-ports\n"
    )
    assert nobody_serves(shell.home)
    assert shell.facts == {}
    assert "not running" in shell.quick("status", expect=3)
    shell.start()
    assert taken not in shell.quick_json("status")["ports"].values()


def test_a_port_that_was_taken_meanwhile_can_be_given_up(shell: Offline) -> None:
    shell.start()
    ports = shell.facts["ports"]
    shell.stop()

    with socket.create_server(("127.0.0.1", ports["https"])):
        assert f"port {ports['https']} (https) is taken" in shell.quick("start", expect=1)
        assert shell.facts["ports"] == ports
        shell.quick("start", "--new-ports")
        assert shell.facts["ports"]["https"] != ports["https"]


def test_a_running_tenant_keeps_its_ports(shell: Offline) -> None:
    shell.start()
    ports = shell.facts["ports"]

    shell.quick("start", "--port", f"https={ports['https']}")
    complaint = shell.quick("start", "--port", f"https={ports['imap']}", expect=1)
    assert "the tenant runs already, with other ports (https): stop it first" in complaint
    assert shell.facts["ports"] == ports


@pytest.mark.parametrize("wrong", ["https", "https=", "https=x", "https=65536", "https=-1", "ftp=21"])
def test_a_wrong_port_is_wrong_usage(shell: Offline, wrong: str) -> None:
    shell.quick("start", "--port", wrong, expect=2)
    assert not shell.home.exists()
