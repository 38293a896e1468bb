"""Clients of the kind app-password: old programs log in with a password of their own, by a bridge that mailgrant configures."""

import imaplib
import json
import os
import poplib
import pty
import smtplib
import subprocess
import sys
from collections.abc import Callable
from configparser import ConfigParser
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bridges import free_ports, needs_the_bridge, running
from tests.daemons import clients, declare
from tests.worlds import OfflineTenant, Project

pytestmark = [pytest.mark.engine, needs_the_bridge]

MAILBOX = "invoices@contoso.com"
UP = ("up", "--yes", "--skip-preview")
LETTER = b"From: invoices@contoso.com\r\nTo: adele@contoso.com\r\nSubject: By bridge\r\n\r\nText.\r\n"
BOTH = """
    label-printer:
      kind: app-password
      protocols: [imap, pop, smtp]
      mailboxes:
        invoices@contoso.com: full-access
      credentials:
        printer: {type: secret}
        scanner: {type: secret}
"""
ONE = BOTH.replace("        scanner: {type: secret}\n", "")


@dataclass(frozen=True)
class Machine:
    """Where an old program runs: the bridge's file, the program's password, the bridge's ports."""

    project: Project
    name: str
    ports: dict[str, int]

    @property
    def file(self) -> Path:
        return self.project.folder / f"{self.name}.config"

    @property
    def password(self) -> str:
        return (self.project.folder / f"{self.name}.txt").read_text().strip()

    def configure(self, *wishes: str) -> str:
        """Ask mailgrant for the bridge's file; gives what it said."""
        ports = (word for service, port in self.ports.items() for word in ("--port", f"{service}={port}"))
        options = ("--for", "emailproxy", "--credential", self.name, "--output", self.file.name)
        return self.project.mailgrant("client-config", "label-printer", *options, *ports, *wishes)

    def forget_tokens(self) -> None:
        """As the bridge itself does when a token has ended by its clock, which no test can set."""
        parser = ConfigParser(interpolation=None)
        parser.read(self.file)
        for name in ("access_token", "access_token_expiry"):
            parser.remove_option(MAILBOX, name)
        with self.file.open("w") as file:
            parser.write(file)

    def imap(self, password: str) -> None:
        with imaplib.IMAP4("127.0.0.1", self.ports["imap"], timeout=60) as program:
            program.login(MAILBOX, password)
            assert program.select(readonly=True)[0] == "OK"

    def pop(self, password: str) -> None:
        with closing(poplib.POP3("127.0.0.1", self.ports["pop"], timeout=60)) as program:
            program.user(MAILBOX)
            program.pass_(password)
            program.stat()

    def smtp(self, password: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"], timeout=60) as program:
            program.login(MAILBOX, password)
            program.sendmail(MAILBOX, ["adele@contoso.com"], LETTER)


def refused(login: Callable[[str], None], password: str) -> None:
    with pytest.raises((imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException)):
        login(password)


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_old_programs_log_in_with_passwords_of_their_own_each_revoked_alone(
    project: Project, offline: OfflineTenant
) -> None:
    declare(project, BOTH)
    project.pulumi(*UP)
    printer, scanner = (Machine(project, name, free_ports()) for name in ("printer", "scanner"))
    said = [
        printer.configure("--password-file", "printer.txt"),
        scanner.configure("--password-file", "scanner.txt", "--catch-all"),
    ]

    # Each file opens nothing without its password, and no secret stands anywhere in clear.
    issued = clients(project)["label-printer"]["credentials"]
    for machine in (printer, scanner):
        text = machine.file.read_text()
        assert issued[machine.name]["value"] not in text + "".join(said)
        assert machine.password not in text + "".join(said)
        assert mode(machine.file) == mode(project.folder / f"{machine.name}.txt") == "0o600"
    assert printer.password != scanner.password

    with running(printer.file, offline.environment), running(scanner.file, offline.environment):
        scanner.imap(scanner.password)
        for login in (printer.imap, printer.pop, printer.smtp):
            login(printer.password)
            refused(login, scanner.password)
        refused(scanner.imap, "an invented password")
    logins = {name: count for name, count in offline.stats()["logins"].items() if name.endswith("ok")}
    assert logins == {"imap ok": 2, "pop ok": 1, "smtp ok": 1}

    # The scanner is sold. Its token is good until it ends; then nothing is left of it, and the printer goes on.
    declare(project, ONE)
    project.pulumi(*UP)
    project.mailgrant("offline", "clock", "advance", "2h")
    scanner.forget_tokens()
    printer.configure("--app-password-from", "printer.txt")
    with running(printer.file, offline.environment), running(scanner.file, offline.environment):
        refused(scanner.imap, scanner.password)
        printer.imap(printer.password)


def test_an_app_password_is_shown_once_to_whoever_sits_there_and_to_nobody_else(project: Project) -> None:
    declare(project, BOTH)
    project.pulumi(*UP)
    command = ("client-config", "label-printer", "--for", "emailproxy")

    assert "Name one with --credential: printer, scanner" in project.mailgrant_error(*command)
    assert "nobody would see the new app password" in project.mailgrant_error(
        *command, "--credential", "printer"
    )
    screen = on_a_terminal(project, *command, "--credential", "printer")

    # Programs are told only if they say that they may be.
    assert "nobody would see" in project.mailgrant_error(*command, "--credential", "printer", "--json")
    twins = project.mailgrant_error(*command, "--credential", "printer", "--port", "pop=1993")
    assert "two protocols would have one port: imap=1993, pop=1993, smtp=1587" in twins
    report = json.loads(
        project.mailgrant(
            *command, "--credential", "printer", "--json", "--show-secrets", "--port", "pop=1110"
        )
    )
    assert len(report["app_password"]) == 27
    assert "[POP-1110]" in report["text"]

    [password] = [line.rpartition(": ")[2] for line in screen.splitlines() if "shown this once" in line]
    assert len(password) == 27
    assert clients(project)["label-printer"]["credentials"]["printer"]["value"] not in screen


def on_a_terminal(project: Project, *arguments: str) -> str:
    """What a person sees who runs our command."""
    ours, its = pty.openpty()
    program = Path(sys.executable).with_name("mailgrant")
    with subprocess.Popen(
        [program, *arguments], cwd=project.folder, env=dict(project.environment), stdout=its, stderr=its
    ) as process:
        os.close(its)
        said = b""
        while chunk := _read(ours):
            said += chunk
        assert process.wait() == 0, said
    os.close(ours)
    return said.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""
