"""Mail servers for tests: a reactor in a thread, real sockets with TLS, and a tenant with one daemon client."""

import asyncio
import base64
import imaplib
import poplib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import jwt
from twisted.internet.asyncioreactor import AsyncioSelectorReactor

from offline_tenant.entra.keys import signing_key
from offline_tenant.exchange import organization
from offline_tenant.exchange import seed as exchange
from offline_tenant.exchange.access import entry_id, mailbox_of
from offline_tenant.mail.server import Listening, listen
from offline_tenant.mail.store import MailStore, deliver
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.ledger import Ledger

T = TypeVar("T")

HOST = "127.0.0.1"
MAILBOX = "invoices@contoso.com"
OBJECT_ID = "bbbbbbbb-0000-4000-8000-000000000001"
REGISTRATION_ID = "aaaaaaaa-0000-4000-8000-000000000002"
SID = "S-1-5-21-1-2-3-4"

PLAIN = (
    b"From: accounts@fabrikam.com\r\n"
    b"To: invoices@contoso.com\r\n"
    b"Subject: Invoice FAB-20417\r\n"
    b"Date: Mon, 2 Nov 2026 08:00:00 +0100\r\n"
    b"Message-ID: <1@fabrikam.com>\r\n"
    b"\r\n"
    b"Please find our invoice.\r\n"
)
MULTIPART = (
    b"From: =?utf-8?q?Caf=C3=A9?= <cafe@example.org>\r\n"
    b"To: invoices@contoso.com\r\n"
    b'Cc: "Vance, Adele" <adele@contoso.com>\r\n'
    b"Subject: =?utf-8?q?Rechnung_f=C3=BCr?=\r\n"
    b" =?utf-8?q?_Kaffee?=\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="cut here"\r\n'
    b"\r\n"
    b"preamble\r\n"
    b"--cut here\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n"
    b"Danke f=C3=BCr\r\nalles\r\n"
    b"--cut here\r\n"
    b"Content-Type: application/octet-stream\r\n"
    b'Content-Disposition: attachment; filename="bean.bin"\r\n'
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n"
    b"\x00\xff\xfe raw\r\n"
    b"--cut here\r\n"
    b"Content-Type: message/rfc822\r\n"
    b"\r\n"
    b"Subject: inner\r\n"
    b"\r\n"
    b"inner text\r\n"
    b"--cut here--\r\n"
    b"epilogue\r\n"
)
LETTERS = (PLAIN, MULTIPART)


class ReactorThread:
    """Twisted on an event loop of its own; not the global reactor, which can be made only once."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.reactor: Any = AsyncioSelectorReactor(self.loop)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def do(self, work: Callable[[], T]) -> T:
        """Run something where the servers run, so that nobody else is in the store meanwhile."""

        async def worked() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(worked(), self.loop).result(30)

    def stop(self, listening: Listening) -> None:
        """Stop servers."""
        asyncio.run_coroutine_threadsafe(listening.stop(), self.loop).result(30)

    def close(self) -> None:
        """End the thread, and close what the reactor leaves open."""
        self.loop.call_soon_threadsafe(self.reactor.stop)
        self._thread.join(30)
        for reader in list(self.reactor._internalReaders):  # noqa: SLF001 - it has no other name
            self.reactor.removeReader(reader)
            reader.connectionLost(None)
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.reactor.run(installSignalHandlers=False)


@dataclass(frozen=True)
class Certificate:
    """What the servers show, and what clients trust."""

    pem: Path
    authority: Path

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)


@dataclass
class MailServer:
    """A running server and the tenant behind it."""

    thread: ReactorThread
    certificate: Certificate
    tenant: Tenant
    ledger: Ledger
    mailbox: Document
    ports: dict[str, int]

    def do(self, work: Callable[[], T]) -> T:
        return self.thread.do(work)

    def imap(self) -> imaplib.IMAP4_SSL:
        return imaplib.IMAP4_SSL(HOST, self.ports["imap"], ssl_context=self.certificate.trusted(), timeout=10)

    def pop(self) -> poplib.POP3_SSL:
        return poplib.POP3_SSL(HOST, self.ports["pop"], context=self.certificate.trusted(), timeout=10)

    def popped(self, user: str = MAILBOX, **claims: Any) -> poplib.POP3_SSL:
        """poplib, logged in; it has no words for SASL of its own."""
        client = self.pop()
        client._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]  # noqa: SLF001
        client._shortcmd(self.response(user, **claims).decode())  # type: ignore[attr-defined]  # noqa: SLF001
        return client

    def smtp(self) -> smtplib.SMTP:
        """smtplib, encrypted."""
        client = smtplib.SMTP(HOST, self.ports["smtp"], timeout=10)
        client.starttls(context=self.certificate.trusted())
        client.ehlo()
        return client

    def submitting(self, user: str = MAILBOX, **claims: Any) -> smtplib.SMTP:
        """smtplib, logged in."""
        client, response = self.smtp(), xoauth2(user, self.token(**claims)).decode()
        client.auth("XOAUTH2", lambda _=None: response)
        return client

    def encrypted(self) -> "Wire":
        """A raw connection to SMTP after STARTTLS and EHLO."""
        plain = socket.create_connection((HOST, self.ports["smtp"]), timeout=10)
        with plain.makefile("rb", buffering=0) as file:
            file.readline()
            plain.sendall(b"STARTTLS\r\n")
            file.readline()
        wire = Wire(self.certificate.trusted().wrap_socket(plain, server_hostname=HOST))
        wire.say(b"EHLO client.example")
        return wire

    def allow_smtp(self) -> None:
        """SMTP AUTH is off in a new organization."""
        off = {"SmtpClientAuthenticationDisabled": False}
        self.do(lambda: organization.change(self.tenant, organization.TRANSPORT, off))

    def letters(self, folder: str = "INBOX", mailbox: str = MAILBOX) -> list[bytes]:
        """What lies in a folder."""

        def read() -> list[bytes]:
            document = mailbox_of(self.tenant, mailbox)
            assert document is not None
            store = MailStore(self.tenant, document)
            found = store.folder(folder)
            assert found is not None
            return [store.content(message) or b"" for message in store.messages(found)]

        return self.do(read)

    def logged_in(self, **claims: Any) -> imaplib.IMAP4_SSL:
        client = self.imap()
        try:
            client.authenticate("XOAUTH2", lambda _: xoauth2(MAILBOX, self.token(**claims)))
        except imaplib.IMAP4.error:
            client.shutdown()
            raise
        return client

    def wire(self, service: str = "imap") -> "Wire":
        plain = socket.create_connection((HOST, self.ports[service]), timeout=10)
        return Wire(self.certificate.trusted().wrap_socket(plain, server_hostname=HOST))

    def token(self, **changes: Any) -> str:
        return self.do(lambda: token(self.tenant, **changes))

    def response(self, user: str = MAILBOX, **claims: Any) -> bytes:
        """What follows AUTHENTICATE XOAUTH2."""
        return base64.b64encode(xoauth2(user, self.token(**claims)))

    def grant(self, sid: str = SID, *rights: str) -> None:
        self.do(lambda: grant(self.tenant, self.mailbox, sid, *rights))

    def revoke(self) -> None:
        id_ = entry_id(self.mailbox, SID, deny=False)
        self.do(lambda: self.tenant.documents("mailboxPermissions").delete(id_))

    def change_mailbox(self, **properties: Any) -> None:
        changed = self.mailbox | properties
        self.do(lambda: self.tenant.documents("mailboxes").replace(self.mailbox["Guid"], changed))

    def remove_principal(self) -> None:
        self.do(lambda: self.tenant.documents("exchangeServicePrincipals").delete(OBJECT_ID))

    def point_principal_at_registration(self) -> None:
        document = principal(ObjectId=REGISTRATION_ID)
        self.do(lambda: self.tenant.documents("exchangeServicePrincipals").replace(OBJECT_ID, document))


@dataclass
class Wire:
    """A raw connection, line by line."""

    connection: ssl.SSLSocket

    def __post_init__(self) -> None:
        self._file = self.connection.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.connection.close()

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def line(self) -> bytes:
        """The next line without its end; empty when the server has closed the connection."""
        return self._file.readline().rstrip(b"\r\n")

    def until(self, tag: bytes) -> list[bytes]:
        """Lines up to the tagged one."""
        lines = [self.line()]
        while not lines[-1].startswith(tag + b" "):
            assert lines[-1], lines
            lines.append(self.line())
        return lines

    def reply(self) -> bytes:
        """A whole answer of SMTP, its lines parted by line feeds."""
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        return b"\n".join(lines)

    def say(self, command: bytes) -> bytes:
        """One line of SMTP, and its answer."""
        self.send(command + b"\r\n")
        return self.reply()

    def ask(self, tag: bytes, command: bytes) -> list[bytes]:
        self.send(tag + b" " + command + b"\r\n")
        return self.until(tag)

    def dropped(self) -> bool:
        """Whether the server broke the connection without a word."""
        try:
            return self._file.read() == b""
        except OSError:
            return True

    def closed(self) -> bool:
        return self._file.read() == b""


def start(
    thread: ReactorThread, certificate: Certificate, installation: Installation, ledger: Ledger
) -> tuple[Listening, dict[str, int]]:
    """Listen on a free port for each service."""
    sockets = {service: socket.create_server((HOST, 0)) for service in ("imap", "pop", "smtp")}
    ports = {service: listener.getsockname()[1] for service, listener in sockets.items()}
    for listener in sockets.values():
        listener.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    listening = thread.do(lambda: listen(thread.reactor, installation, ledger, certificate.pem, sockets))
    return listening, ports


def fill(tenant: Tenant) -> Document:
    """Contoso's mailboxes, two letters and the daemon client's grant; gives the mailbox that has them.

    Its switch of SMTP AUTH follows the organization: each test sets what it is about.
    """
    exchange.seed(tenant)
    mailbox = mailbox_of(tenant, MAILBOX)
    assert mailbox is not None
    del mailbox["SmtpClientAuthenticationDisabled"]
    tenant.documents("mailboxes").replace(mailbox["Guid"], mailbox)
    for letter in LETTERS:
        deliver(tenant, mailbox, letter)
    tenant.documents("exchangeServicePrincipals").insert(OBJECT_ID, principal())
    grant(tenant, mailbox, SID)
    return mailbox


def principal(**changes: str) -> Document:
    """The daemon client as Exchange keeps it."""
    given = {
        "Guid": OBJECT_ID,
        "AppId": "cccccccc-0000-4000-8000-000000000001",
        "ObjectId": OBJECT_ID,
        "Sid": SID,
    }
    return given | {"DisplayName": "Invoice poller"} | changes


def grant(tenant: Tenant, mailbox: Document, sid: str, *rights: str) -> None:
    entry = {
        "mailbox": mailbox["Guid"],
        "trustee": sid,
        "AccessRights": list(rights or ("FullAccess",)),
        "Deny": False,
    }
    tenant.documents("mailboxPermissions").put(entry_id(mailbox, sid, deny=False), entry)


def token(tenant: Tenant, **changes: Any) -> str:
    """The daemon client's token, with some claims changed; None leaves one out."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": "https://outlook.office365.com",
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "appid": "cccccccc-0000-4000-8000-000000000001",
        "oid": OBJECT_ID,
        "tid": tenant.id,
        "idtyp": "app",
        "roles": ["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp"],
        "ver": "1.0",
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(claims, signing_key(tenant.store).private, "RS256")


def xoauth2(user: str, token: str) -> bytes:
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
