"""Each command of ``mailgrant offline`` once, and what it says without a tenant."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from offline_tenant import process
from offline_tenant.cli import app
from offline_tenant.home import Home
from tests.offline_shell import Offline

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
def test_without_a_tenant_each_command_says_so(shell: Offline, command: list[str]) -> None:
    complaint = shell.quick(*command, expect=1)

    assert complaint == "error: the offline tenant is not running: start it with: mailgrant offline start\n"
    assert not shell.home.exists()


def test_limits_of_a_mailbox(shell: Offline) -> None:
    shell.start()
    shell.quick("limits", "set", "smtpMessages", "unlimited")
    assert "smtpMessages     unlimited  messages" in shell.quick("limits", "set", "imapConnections", "2")
    assert shell.quick_json("limits", "show")["imapConnections"] == 2
    assert "expected a whole number" in shell.quick("limits", "set", "imapConnections", "two", expect=1)
    shell.quick("limits", "reset", "imapConnections")
    shell.quick("limits", "reset")
    assert shell.quick_json("limits", "show")["smtpMessages"] == 30


def test_a_day_with_the_tenant(shell: Offline, tmp_path: Path) -> None:
    """Each command once, against the real process."""
    shell.start()
    shell.quick("seed", "42", "--clock", "2027-01-01T12:00:00Z")
    assert shell.quick("clock", "show") == "2027-01-01T12:00:00.000Z  stopped\n"
    assert shell.quick("clock", "advance", "90d").startswith("2027-04-01T12:00:00")
    assert shell.quick("clock", "advance", "-1d").startswith("2027-03-31T12:00:00")
    assert shell.quick("clock", "set", "2027-02-01").startswith("2027-02-01T00:00:0")
    assert shell.quick("clock", "stop").endswith("stopped\n")
    assert shell.quick("clock", "start").endswith("running\n")
    shell.quick("clock", "reset")

    shell.quick("snapshot", "save", "morning")
    assert "there is a snapshot 'morning' already" in shell.quick("snapshot", "save", "morning", expect=1)
    shell.quick("snapshot", "save", "morning", "--replace")
    shell.quick("mailbox", "add", "sales@contoso.com", "--name", "Sales", "--alias", "vertrieb@contoso.com")
    assert "taken" in shell.quick("mailbox", "add", "sales@contoso.com", expect=1)
    assert {"address": "sales@contoso.com", "name": "Sales"}.items() <= shell.quick_json("mailbox", "list")[
        -1
    ].items()
    assert shell.quick_json("objects")["mailboxes"] == len(shell.quick_json("mailbox", "list"))
    shell.quick("snapshot", "restore", "morning")
    assert "sales@contoso.com" not in shell.quick("mailbox", "list")
    assert [one["name"] for one in shell.quick_json("snapshot", "list")] == ["morning"]
    shell.quick("snapshot", "delete", "morning")
    assert shell.quick_json("snapshot", "list") == []

    shell.quick("latency", "set", "graph *", "0.5")
    assert shell.quick_json("latency", "show") == {"graph *": 0.5}
    shell.quick("latency", "clear", "graph *")
    shell.quick("latency", "clear")
    added = shell.quick(
        *("fault", "add", "signin *", "--status", "503", "--code", "temporarily_unavailable"),
        *("--message", "Try later", "--header", "Retry-After: 7", "--times", "2", "--after", "1"),
    )
    assert added == (
        "1  signin *  refuse  503 temporarily_unavailable: Try later  struck 0, 2 left, after 1 more\n"
    )
    assert shell.quick_json("fault", "list")[0]["headers"] == {"Retry-After": "7"}
    assert "refuse  503: injected" in shell.quick("fault", "add", "graph *", "--status", "503")
    shell.quick("fault", "clear", "2")
    assert "services are" in shell.quick("fault", "add", "nobody *", expect=1)
    assert "effect: Input should be" in shell.quick("fault", "add", "imap *", "--effect", "x", expect=1)
    shell.quick("fault", "clear", "1")
    assert shell.quick("fault", "list") == "none\n"

    assert "mailboxPermissions" in shell.quick("lag", "realistic")
    shell.quick("lag", "set", "applications", "--reads", "2", "--seconds", "5")
    assert shell.quick_json("lag", "show")["applications"] == {"reads": 2, "seconds": 5.0}
    shell.quick("lag", "off", "applications")
    shell.quick("lag", "off")
    assert shell.quick("lag", "show") == "none\n"

    keys = tmp_path / "keys.json"
    keys.write_text("{}")
    assert "expected a JSON Web Key Set" in shell.quick(
        "issuer", "trust", "https://ci.example", "--keys", str(keys), expect=1
    )
    assert shell.quick("issuer", "list") == "none\n"
    assert "there is no issuer" in shell.quick("issuer", "forget", "https://ci.example", expect=1)

    process.control(Home(shell.home), "GET", "clock")
    shell.quick("reset")
    assert shell.quick("stats").split() == ["connects", "0"]
    assert shell.quick_json("stats", "--reset")["graph"] == {}


def test_the_log_is_readable(shell: Offline) -> None:
    shell.start()
    ports = shell.facts["ports"]
    context = ssl.create_default_context(cafile=str(shell.home / "certificates" / "ca.pem"))
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

    first, second = shell.quick("log").splitlines()
    assert first.split()[1:3] == ["unknown", "501"]
    assert r"GET /v1.0/a\x1b[31m" in first
    assert "NotEmulated" in first
    assert second.split()[1:] == ["imap", "OK", "NOOP"]
    assert shell.quick("log", "--failed", "--service", "imap") == "none\n"
    assert shell.quick_json("log", "--last", "1")[0]["call"] == "NOOP"


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
