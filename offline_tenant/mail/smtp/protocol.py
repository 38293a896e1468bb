"""SMTP on Twisted: octets into commands and messages, replies into lines; STARTTLS, faults and garbage."""

import re
from collections.abc import Callable
from typing import Any, Final

from offline_tenant.mail.connections import Connections
from offline_tenant.mail.protocol import MailConnection
from offline_tenant.mail.smtp import commands, texts
from offline_tenant.mail.smtp.content import CountedContent, DottedContent
from offline_tenant.mail.smtp.session import RefusedError, Reply, Session
from offline_tenant.mail.smtp.wire import CONTROL
from offline_tenant.web.ledger import Fault

SILENCE_SECONDS: Final = 10 * 60  # once logged in
MESSAGE: Final = "MESSAGE"  # how ledgers call the end of a message
UNKNOWN: Final = "(unknown)"  # how they call what is no command: it may be a line of a message
CODE: Final = re.compile(r"[245]\d\d")


class SmtpConnection(MailConnection):
    """One connection.

    Args:
        connections: what it shares with the others.
        encrypt: puts TLS between a connection and its transport.
    """

    service = "smtp"

    def __init__(self, connections: Connections, encrypt: Callable[[Any], None]) -> None:
        super().__init__(connections)
        self._encrypt = encrypt
        self._session = Session(connections.installation, connections.ledger, limits=connections.limits)
        self._then: tuple[str, Callable[[bytes], Reply]] | None = None
        self._content: DottedContent | CountedContent | None = None
        self._answer_content: Callable[[bytes | None], Reply] | None = None

    def greet(self) -> None:
        """The server is ready."""
        now = self._connections.installation.clock.now()
        self._session.began, self._session.peer = now, self.transport.getPeer().host
        ready = f"{texts.NAME} Microsoft ESMTP MAIL Service ready at {now:%a, %-d %b %Y %H:%M:%S +0000}"
        self._send(Reply(220, f"{ready} [{self._session.id}]"))

    def say_timeout(self) -> None:
        """Goodbye to a client that says nothing."""
        self._send(texts.TIMED_OUT)

    def refusal(self, error: Exception) -> Reply | None:
        """What codes from 400 on stand for."""
        return error.reply if isinstance(error, RefusedError) else None

    def closed(self) -> None:
        """One connection less that sends for the mailbox."""
        self._session.close()

    # What Twisted calls

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's names
        """A command, or what the client says to a prompt."""
        self.heard()
        if self._then:
            (call, then), self._then = self._then, None
            self._answer(call, lambda: texts.CANCELLED if line == b"*" else then(line))
            return
        word, _, rest = line.partition(b" ")
        name = word.decode("ascii", "replace").upper()
        call = name if name in commands.COMMANDS else UNKNOWN
        self._call(call, lambda: commands.run(self._session, name, _text(rest)))

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        """A part of a message."""
        self.heard()
        content, answer = self._content, self._answer_content
        if content is None or answer is None:
            return
        rest = content.feed(data)
        if rest is None:
            return
        self._content = self._answer_content = None
        message = None if content.too_big else content.message
        self._call(MESSAGE, lambda: answer(message))
        self.setLineMode(rest)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802
        """Nobody can say where the next command begins: give up."""
        self._send(texts.TOO_LONG)

    # From commands to a reply

    def _call(self, call: str, work: Callable[[], Reply]) -> None:
        self.delayed(call, lambda: self._run(call, work))

    def _run(self, call: str, work: Callable[[], Reply]) -> None:
        fault = self.fault(call)
        if fault and fault.effect == "refuse":
            if call == MESSAGE:
                self._session.envelope = None
            self._send(_injected(fault))
            return
        self._answer(call, work, lose=fault is not None)

    def _answer(self, call: str, work: Callable[[], Reply], *, lose: bool = False) -> None:
        # Who has logged in there may not do so here: the state is another one.
        reply = texts.LOST_STATE if self._session.outlived else self.guarded(work, texts.FAILED)
        self._connections.ledger.record(
            {"area": self.service, "call": call, "mailbox": self._mailbox(), "status": reply.code}
        )
        if lose:
            self.lose()
            return
        if reply.chunk is None:
            self._send(reply)
        if reply.then:
            self._then = (call, reply.then)
        self._expect(reply)
        if self._session.decision:
            self.limit_silence(SILENCE_SECONDS)

    def _expect(self, reply: Reply) -> None:
        if reply.content:
            self._content = DottedContent(texts.MESSAGE_LIMIT)
            self._answer_content = lambda content: commands.message(self._session, content)
            self.setRawMode()  # type: ignore[no-untyped-call]
        elif reply.chunk is not None:
            self._content = CountedContent(reply.chunk, texts.MESSAGE_LIMIT)
            self._answer_content = lambda content: commands.chunk(self._session, content, last=reply.last)
            self.setRawMode()  # type: ignore[no-untyped-call]
            if not reply.chunk:
                self.rawDataReceived(b"")
        elif reply.encrypt:
            # What came before the handshake was not protected by it, whoever sent it.
            self.clearLineBuffer()  # type: ignore[no-untyped-call]
            self._encrypt(self)

    def _mailbox(self) -> str | None:
        decision = self._session.decision
        return decision.mailbox["PrimarySmtpAddress"] if decision and decision.mailbox else None

    def _send(self, reply: Reply) -> None:
        text = f"{reply.text} {self._session.mark}" if reply.marked else reply.text
        *first, last = [CONTROL.sub("?", line) for line in text.split("\n")]
        lines = [*(f"{reply.code}-{line}" for line in first), f"{reply.code} {last}"]
        self.write(*(line.encode("utf-8", "replace") for line in lines))
        if reply.hang_up:
            self.end()


def _text(line: bytes) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise RefusedError(texts.INVALID_ARGUMENTS) from None
    if CONTROL.search(text):
        raise RefusedError(texts.INVALID_ARGUMENTS)
    return text


def _injected(fault: Fault) -> Reply:
    """A fault as SMTP words it: a code of three digits, else 451; with 421 the connection ends."""
    code = int(fault.code) if CODE.fullmatch(fault.code) else 451
    return Reply(code, fault.message, hang_up=code == 421)  # noqa: PLR2004 - RFC 5321, 4.2.3
