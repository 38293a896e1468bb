"""What is asked for, and what is given: the same for all programs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mailgrant.errors import SetupError
from mailgrant.stack.outputs import Client, Credential


@dataclass(frozen=True)
class Request:
    """For whom a configuration is written.

    Args:
        name: the client's name.
        client: what the stack put out for it.
        consumer: the name of the credential; empty where people sign in.
        mailboxes: addresses.
        ports: of a bridge on the program's machine, by protocol.
        password: that a program shows to a bridge.
        catch_all: whether a bridge takes every address of the mailboxes' domains.
    """

    name: str
    client: Client
    consumer: str
    mailboxes: tuple[str, ...]
    ports: Mapping[str, int] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    catch_all: bool = False

    @property
    def credential(self) -> Credential:
        """The one that was chosen."""
        return self.client.credentials[self.consumer]

    @property
    def value(self) -> str:
        """The secret, or the private key; empty where its consumer keeps it."""
        found = self.credential.value
        return found.get_secret_value() if found else ""


@dataclass(frozen=True)
class Consumer:
    """A program that can be configured.

    Args:
        summary: what is written for it.
        kinds: of clients that it fits.
        types: of credentials that it can use; none where people sign in.
        write: writes the configuration.
        holds_secret: whether that holds a secret in clear.
        is_bridge: whether it stands between old programs, which need a password, and Microsoft.
    """

    summary: str
    kinds: tuple[str, ...]
    types: tuple[str, ...]
    write: Callable[[Request], str]
    holds_secret: bool = False
    is_bridge: bool = False


PROGRAMS: Final = ("daemon", "app-password")  # kinds of clients that sign in as themselves
PEOPLE: Final = ("delegated", "third-party")


def choose(name: str, client: Client, consumer: Consumer, wanted: str | None) -> str:
    """The credential that a program gets: the one that is named, or the only one that it can use.

    Raises:
        SetupError: the program is not for this kind of client; no credential fits, or several do.
    """
    if client.kind not in consumer.kinds:
        raise SetupError(
            f"{name} is a client of the kind {client.kind}; that program is for {' and '.join(consumer.kinds)}"
        )
    if not consumer.types:
        return ""
    fitting = [one for one, credential in client.credentials.items() if credential.type in consumer.types]
    types = " or ".join(consumer.types)
    if wanted is not None and wanted not in fitting:
        raise SetupError(
            f"{name} has no credential {wanted} of the type {types}",
            f"It has: {', '.join(fitting) or 'none'}",
        )
    if wanted is None and len(fitting) != 1:
        remedy = (
            f"Name one with --credential: {', '.join(fitting)}"
            if fitting
            else f"Add one of the type {types}."
        )
        raise SetupError(f"{name} has {len(fitting)} credentials of the type {types}", remedy)
    return wanted or fitting[0]


def choose_mailboxes(name: str, client: Client, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The mailboxes that are named, or all that the client opens.

    Raises:
        SetupError: one of them is not opened.
    """
    if others := [address for address in wanted if address not in client.mailboxes and not client.smtp_scope]:
        raise SetupError(
            f"{name} does not open {' and '.join(others)}",
            f"It opens: {', '.join(client.mailboxes) or 'none'}",
        )
    return wanted or tuple(client.mailboxes)
