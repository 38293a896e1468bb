"""The command ``mailgrant client-config``: a ready configuration for one program of one client."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from mailgrant.consumers import emailproxy
from mailgrant.consumers.request import Consumer, Request, choose, choose_mailboxes
from mailgrant.consumers.table import CONSUMERS, Program
from mailgrant.errors import SetupError
from mailgrant.stack import outputs

PORTS: Final = range(1, 65536)
PROGRAMS: Final = "; ".join(f"{name}: {consumer.summary}" for name, consumer in CONSUMERS.items())
SHOWN_ONCE: Final = "app password of {consumer}, shown this once: {password}"
USE_IT: Final = (
    "Stop the bridge, put the file in its place, start it again: emailproxy --no-gui --config-file {file}\n"
    "Old programs then talk to {servers}, without TLS, with the mailbox's address and the app password."
)


def client_config(  # noqa: PLR0913, PLR0917 - options of a command
    client: Annotated[str, typer.Argument(help="The client's name.")],
    program: Annotated[Program, typer.Option("--for", help=f"{PROGRAMS}.")],
    credential: Annotated[
        str | None, typer.Option("--credential", help="Whose credential, where several fit.")
    ] = None,
    mailbox: Annotated[
        list[str] | None,
        typer.Option(
            "--mailbox", help="Only this mailbox; may be repeated. All that the client opens, else."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, mode 600.")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file", help="Write the new app password to this file, mode 600, and show it nowhere."
        ),
    ] = None,
    app_password_from: Annotated[
        Path | None,
        typer.Option(
            "--app-password-from", help="Keep the app password in this file, as when the secret rotates."
        ),
    ] = None,
    port: Annotated[
        list[str] | None,
        typer.Option("--port", help="A port of the bridge, such as imap=1993; may be repeated."),
    ] = None,
    catch_all: Annotated[
        bool, typer.Option("--catch-all", help="The bridge takes every address of the mailboxes' domains.")
    ] = False,
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Secrets may stand on the screen.")
    ] = False,
    stack_name: Annotated[
        str | None, typer.Option("--stack", "-s", help="Name of the stack.", show_default="selected")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Write a ready configuration for a program, from what the stack put out.

    No secret comes to the screen without --show-secrets; files that hold one can be read by their owner alone.
    """
    consumer = CONSUMERS[program]
    found = outputs.only(outputs.clients(stack_name), [client])[client]
    chosen = choose(client, found, consumer, credential)
    mailboxes = choose_mailboxes(client, found, tuple(address.lower() for address in mailbox or ()))
    ports = _ports(port or ())
    seen = show_secrets or (sys.stderr.isatty() and not as_json)
    password = _password(consumer, app_password_from, seen=seen or password_file is not None)
    request = Request(client, found, chosen, mailboxes, ports, password, catch_all)
    if consumer.holds_secret and not output and not show_secrets:
        raise SetupError(
            f"the configuration for {program} holds a secret",
            "Write it to a file with --output, or add --show-secrets.",
        )
    text = consumer.write(request)
    if output:
        _private(output, text)
    if password_file and not app_password_from and consumer.is_bridge:
        _private(password_file, f"{password}\n")
    shown = "" if password_file or app_password_from else password
    if as_json:
        typer.echo(json.dumps(_report(program, request, text, output, shown)))
        return
    if not output:
        typer.echo(text, nl=False)
    _tell(consumer, request, output, shown)


def _password(consumer: Consumer, kept: Path | None, *, seen: bool) -> str:
    """The app password of a bridge: the one that is kept, or a new one, if anybody will see it."""
    if not consumer.is_bridge:
        return ""
    if kept:
        return _read(kept)
    if not seen:
        raise SetupError(
            "nobody would see the new app password",
            "Write it to a file with --password-file, or add --show-secrets.",
        )
    return emailproxy.new_password()


def _read(path: Path) -> str:
    try:
        found = path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} cannot be read ({type(error).__name__})") from None
    if not found or not found.isprintable():
        raise SetupError(f"{path} holds no password", "One line is expected, as --password-file writes it.")
    return found


def _ports(given: list[str] | tuple[str, ...]) -> Mapping[str, int]:
    ports = dict(emailproxy.PORTS)
    for text in given:
        protocol, _, number = text.partition("=")
        if protocol not in ports or not number.isdecimal() or int(number) not in PORTS:
            raise SetupError(
                f"--port {text}: not a port", f"Write it as imap=1993; protocols: {', '.join(ports)}"
            )
        ports[protocol] = int(number)
    if len(set(ports.values())) < len(ports):
        told = ", ".join(f"{protocol}={number}" for protocol, number in ports.items())
        raise SetupError(f"two protocols would have one port: {told}", "Give each a --port of its own.")
    return ports


def _private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, wholly or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror})") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        with suppress(OSError):
            Path(name).unlink()
        raise SetupError(f"{path} cannot be written ({error.strerror})") from None


def _tell(consumer: Consumer, request: Request, output: Path | None, password: str) -> None:
    """What to do with it, apart from the configuration itself."""
    if output:
        typer.echo(f"{output} is written.", err=True)
    if password:
        typer.echo(SHOWN_ONCE.format(consumer=request.consumer, password=password), err=True)
    if consumer.is_bridge:
        servers = ", ".join(
            f"{protocol} {emailproxy.HERE}:{request.ports[protocol]}" for protocol in request.client.protocols
        )
        typer.echo(USE_IT.format(file=output or "FILE", servers=servers), err=True)


def _report(
    program: str, request: Request, text: str, output: Path | None, password: str
) -> dict[str, str | list[str] | None]:
    return {
        "for": program,
        "client": request.name,
        "credential": request.consumer or None,
        "mailboxes": list(request.mailboxes),
        "file": str(output) if output else None,
        "text": None if output else text,
        "app_password": password or None,
    }
