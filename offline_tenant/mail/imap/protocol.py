"""IMAP on Twisted: bytes into commands, replies into bytes; faults and garbage."""

import re
from collections.abc import Callable
from typing import Final

from offline_tenant.mail.connections import Connections
from offline_tenant.mail.imap import commands, login
from offline_tenant.mail.imap.session import BadError, NoError, Reply, Session, State
from offline_tenant.mail.imap.wire import LITERAL, BadArgumentError, Cursor
from offline_tenant.mail.limits import THROTTLED
from offline_tenant.mail.protocol import IDLE_SECONDS, MailConnection
from offline_tenant.web.ledger import Fault

COMMAND: Final = re.compile(rb'([^\x00-\x20\x7f-\xff(){%*"\\+]+) +([A-Za-z]+)(?= |\Z)')
TAG: Final = re.compile(rb'([^\x00-\x20\x7f-\xff(){%*"\\+]+)(?: |\Z)')
NOT_ASCII: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f-\xff]")

POLL_SECONDS: Final = 0.5  # how soon an idling client hears of new mail
LITERALS_LIMIT: Final = 100
# Octets of one command with its literals: a token before the login, a message after it (Exchange's default limit).
SIZE_LIMITS: Final = {State.NOT_AUTHENTICATED: 64 * 1024, State.NOT_CONNECTED: 64 * 1024}
MESSAGE_LIMIT: Final = 36 * 1024 * 1024

BAD_ARGUMENT: Final = Reply("Command Argument Error. 11", "BAD")
BAD_COMMAND: Final = Reply("Command Error. 12", "BAD")
NOT_ASCII_COMMAND: Final = Reply("Command Error. 11", "BAD")
TOO_LONG: Final = Reply("Command Error. 10", "BAD", bye="Connection closed. 14")
FAILED: Final = Reply("Server Unavailable. 15", "NO", bye="Connection closed. 14")


class ImapConnection(MailConnection):
    """One connection.

    Args:
        connections: what it shares with the others.
    """

    service = "imap"

    def __init__(self, connections: Connections) -> None:
        super().__init__(connections)
        self._session = Session(connections.installation, connections.ledger, limits=connections.limits)
        self._chunks: list[bytes] = []  # the command so far: text, literal, text, …
        self._pieces: list[bytes] = []  # the literal that is being read
        self._missing = 0  # octets of it
        self._then: tuple[bytes, bytes, Callable[[bytes], Reply]] | None = None

    def greet(self) -> None:
        """The server is ready."""
        self.write(b"* " + login.greeting())

    def say_timeout(self) -> None:
        """Goodbye to a client that says nothing."""
        self.write(b"* BYE Connection is closed. 13")

    def refusal(self, error: Exception) -> Reply | None:
        """What NO and BAD stand for."""
        if isinstance(error, BadArgumentError):
            return BAD_ARGUMENT
        if isinstance(error, BadError | NoError):
            return Reply(str(error), "NO" if isinstance(error, NoError) else "BAD")
        return None

    def closed(self) -> None:
        """One connection less to the mailbox."""
        self._session.close()

    # What Twisted calls

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        """A command, a part of one up to a literal, or what the client says to a prompt."""
        self.heard()
        if self._then:
            tag, name, then = self._then
            self._then = None
            self.cancel()
            self._answer(tag, name, lambda: then(line))
            return
        literal = LITERAL.search(line)
        if literal is None:
            chunks, self._chunks = [*self._chunks, line], []
            self._command(chunks)
        else:
            self._chunks.append(line[: literal.start()])
            self._literal(int(literal[1]), waits=not literal[2])

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        """A part of a literal."""
        self.heard()
        part, rest = data[: self._missing], data[self._missing :]
        self._pieces.append(part)
        self._missing -= len(part)
        if not self._missing:
            self._chunks[-1], self._pieces = b"".join(self._pieces), []
            self.setLineMode(rest)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Nobody can say where the next command begins: give up."""
        self._send(self._tag(self._chunks or [line]), TOO_LONG)

    # From chunks to a reply

    def _literal(self, size: int, *, waits: bool) -> None:
        limit = SIZE_LIMITS.get(self._session.state, MESSAGE_LIMIT)
        if size + sum(map(len, self._chunks)) > limit or len(self._chunks) > 2 * LITERALS_LIMIT:
            tag, self._chunks = self._tag(self._chunks), []
            # A client that does not wait sends the octets whatever we say.
            self._send(tag, BAD_ARGUMENT if waits else TOO_LONG)
            return
        self._chunks.append(b"")
        self._missing = size
        if waits:
            self.write(b"+ Ready for additional command text.")
        if size:
            self.setRawMode()  # type: ignore[no-untyped-call]

    def _command(self, chunks: list[bytes]) -> None:
        found = COMMAND.match(chunks[0])
        if found is None:
            self._send(self._tag(chunks), BAD_COMMAND)
            return
        if any(NOT_ASCII.search(text) for text in chunks[::2]):
            self._send(found[1], NOT_ASCII_COMMAND)
            return
        tag, name = found[1], found[2].upper()
        arguments = Cursor([chunks[0][found.end() :], *chunks[1:]])
        self.delayed(_counted(name, arguments), lambda: self._run(tag, name, arguments))

    def _run(self, tag: bytes, name: bytes, arguments: Cursor) -> None:
        fault = self.fault(_counted(name, arguments))
        if fault and fault.effect == "refuse":
            self._send(tag, _injected(fault))
            return
        if throttled := self._throttled():
            self._send(tag, throttled)
            return
        self._answer(tag, name, lambda: commands.run(self._session, name, arguments), lose=fault is not None)

    def _throttled(self) -> Reply | None:
        decision = self._session.decision
        backoff = self._connections.limits.backoff(self.service, decision) if decision else None
        if backoff is None:
            return None
        return Reply(THROTTLED.format(backoff), "BAD", bye="Connection closed. 14")

    def _answer(self, tag: bytes, name: bytes, work: Callable[[], Reply], *, lose: bool = False) -> None:
        # What the session knows of folders and numbers is of another state: it must not answer from it.
        reply = FAILED if self._session.outlived else self.guarded(work, FAILED)
        self.record(name.decode(), reply.status, self._session.decision)
        if lose:
            self.lose()
            return
        self._send(tag, reply)
        if reply.then:
            self._then = (tag, name, reply.then)
        if reply.idle:
            self._poll()
        if self._session.state is not State.NOT_AUTHENTICATED:
            self.limit_silence(IDLE_SECONDS)

    # Out

    def _poll(self) -> None:
        if self._session.outlived:
            self.write(b"* BYE Connection closed. 14")
            self.end()
            return
        self.write(*(b"* " + line for line in self._session.news(expunged=True)))
        self.later(POLL_SECONDS, self._poll)

    def _send(self, tag: bytes, reply: Reply) -> None:
        lines = [b"* " + line for line in reply.lines]
        if reply.prompt is not None:
            lines.append(b"+ " + reply.prompt)
        if reply.text is not None:
            lines.append(b"%b %b %b" % (tag, reply.status.encode(), reply.text.encode("ascii", "replace")))
        if reply.bye:
            lines.append(b"* BYE " + reply.bye.encode("ascii", "replace"))
        self.write(*lines)
        if reply.bye or reply.hang_up:
            self.end()

    @staticmethod
    def _tag(chunks: list[bytes]) -> bytes:
        found = TAG.match(chunks[0])
        return found[1] if found else b"*"


def _counted(name: bytes, arguments: Cursor) -> str:
    """What ledgers know a command by; ``UID FETCH`` is ``FETCH``."""
    return (arguments.word_ahead() if name == b"UID" else name).decode()


def _injected(fault: Fault) -> Reply:
    """A fault as IMAP words it: its code is NO or BAD, a header BYE ends the connection with that text."""
    status = fault.code if fault.code in ("NO", "BAD") else "BAD"
    return Reply(fault.message, status, bye=fault.headers.get("BYE"))
