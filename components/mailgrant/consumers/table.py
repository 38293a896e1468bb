"""All programs, by the name that ``--for`` takes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mailgrant.consumers import emailproxy, people, python, shell
from mailgrant.consumers.request import PEOPLE, PROGRAMS, Consumer


class Program(StrEnum):
    """What ``--for`` takes."""

    EMAILPROXY = "emailproxy"
    ENV = "env"
    PEOPLE = "people"
    PYTHON = "python"


CONSUMERS: Final[Mapping[Program, Consumer]] = {
    # With a certificate the bridge would take any password: only a secret can be encrypted under one.
    Program.EMAILPROXY: Consumer(
        "a bridge for programs that only know a user name and a password",
        PROGRAMS,
        ("secret",),
        emailproxy.write,
        is_bridge=True,
    ),
    Program.ENV: Consumer(
        "exports for a shell", PROGRAMS, ("secret", "certificate"), shell.write, holds_secret=True
    ),
    Program.PEOPLE: Consumer("what people type into a mail program", PEOPLE, (), people.write),
    Program.PYTHON: Consumer(
        "a short program with MSAL", PROGRAMS, ("secret", "certificate", "federated"), python.write
    ),
}
