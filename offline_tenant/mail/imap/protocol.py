"""IMAP on Twisted: bytes into commands, replies into bytes; delays, faults, time limits, garbage."""

import logging
import re
import traceback
from collections.abc import Callable
from typing import Any, Final

from twisted.protocols.basic import LineReceiver
from twisted.protocols.policies import TimeoutMixin

from offline_tenant.mail.connections import Connections
from offline_tenant.mail.imap import commands, login
from offline_tenant.mail.imap.session import BadError, NoError, Reply, Session, State
from offline_tenant.mail.imap.wire import LITERAL, BadArgumentError, Cursor
from offline_tenant.web.ledger import Fault

SERVER: Final = "LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM"
COMMAND: Final = re.compile(rb'([^\x00-\x20\x7f-\xff(){%*"\\+]+) +([A-Za-z]+)(?= |\Z)')
TAG: Final = re.compile(rb'([^\x00-\x20\x7f-\xff(){%*"\\+]+)(?: |\Z)')
NOT_ASCII: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f-\xff]")

LOGIN_SECONDS: Final = 60
IDLE_SECONDS: Final = 30 * 60
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

logger = logging.getLogger(__name__)


class ImapConnection(LineReceiver, TimeoutMixin):
    """One connection.

    Args:
        connections: what it shares with the others.
    """

    MAX_LENGTH = 16384  # octets of a line; a token of Entra is at most half as long
    transport: Any

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._session = Session(connections.installation, connections.ledger)
        self._chunks: list[bytes] = []  # the command so far: text, literal, text, …
        self._pieces: list[bytes] = []  # the literal that is being read
        self._missing = 0  # octets of it
        self._then: tuple[bytes, bytes, Callable[[bytes], Reply]] | None = None
        self._later: Any = None
        self._ended = False

    # What Twisted calls

    def callLater(self, period: float, func: Callable[[], None]) -> Any:  # noqa: N802 - Twisted's names
        """Time limits run on the reactor that was given, not on the global one."""
        return self._connections.reactor.callLater(period, func)

    def connectionMade(self) -> None:  # noqa: N802
        """Greet."""
        self._connections.add(self)
        self.setTimeout(LOGIN_SECONDS)  # type: ignore[no-untyped-call]
        self._write(b"* " + login.greeting(SERVER))

    def connectionLost(self, reason: Any = None) -> None:  # noqa: ARG002, N802
        """Forget everything that was to happen later."""
        self._ended = True
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        self._cancel()
        self._connections.remove(self)

    def timeoutConnection(self) -> None:  # noqa: N802
        """Say goodbye to a client that says nothing."""
        self._write(b"* BYE Connection is closed. 13")
        self._end()

    def dataReceived(self, data: bytes) -> Any:  # noqa: N802
        """Read no more once the connection is to end."""
        return None if self._ended else super().dataReceived(data)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        """A command, a part of one up to a literal, or what the client says to a prompt."""
        self.resetTimeout()  # type: ignore[no-untyped-call]
        if self._then:
            tag, name, then = self._then
            self._then = None
            self._cancel()
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
        self.resetTimeout()  # type: ignore[no-untyped-call]
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
            self._write(b"+ Ready for additional command text.")
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
        wait = self._connections.ledger.latency("imap", _counted(name, arguments))
        if wait:
            self.pauseProducing()  # type: ignore[no-untyped-call]
            self._later = self._connections.reactor.callLater(wait, self._resume, tag, name, arguments)
        else:
            self._run(tag, name, arguments)

    def _resume(self, tag: bytes, name: bytes, arguments: Cursor) -> None:
        self._run(tag, name, arguments)
        self.resumeProducing()  # type: ignore[no-untyped-call]

    def _run(self, tag: bytes, name: bytes, arguments: Cursor) -> None:
        fault = self._connections.ledger.fault("imap", _counted(name, arguments))
        if fault and fault.effect == "refuse":
            self._send(tag, _injected(fault))
            return
        self._answer(tag, name, lambda: commands.run(self._session, name, arguments), lose=fault is not None)

    def _answer(self, tag: bytes, name: bytes, work: Callable[[], Reply], *, lose: bool = False) -> None:
        # What the session knows of folders and numbers is of another state: it must not answer from it.
        reply = FAILED if self._session.outlived else self._guarded(work)
        self._record(name, reply)
        if lose:
            self._ended = True
            self.transport.abortConnection()
            return
        self._send(tag, reply)
        if reply.then:
            self._then = (tag, name, reply.then)
        if reply.idle:
            self._poll()
        if self._session.state is not State.NOT_AUTHENTICATED and not self._ended:
            self.setTimeout(IDLE_SECONDS)  # type: ignore[no-untyped-call]

    def _guarded(self, work: Callable[[], Reply]) -> Reply:
        try:
            with self._connections.installation.store.transaction():
                return work()
        except BadArgumentError:
            return BAD_ARGUMENT
        except (BadError, NoError) as error:
            return Reply(str(error), "NO" if isinstance(error, NoError) else "BAD")
        except Exception:  # noqa: BLE001 - whatever a command provokes, the server goes on
            logger.error("IMAP\n%s", traceback.format_exc())  # noqa: TRY400 - no secrets in args
            return FAILED

    def _record(self, name: bytes, reply: Reply) -> None:
        decision = self._session.decision
        mailbox = decision.mailbox["PrimarySmtpAddress"] if decision and decision.mailbox else None
        entry = {"area": "imap", "call": name.decode(), "mailbox": mailbox, "status": reply.status}
        self._connections.ledger.record(entry)

    # Out

    def _poll(self) -> None:
        self._later = None
        if self._session.outlived:
            self._write(b"* BYE Connection closed. 14")
            self._end()
            return
        self._write(*(b"* " + line for line in self._session.news(expunged=True)))
        self._later = self._connections.reactor.callLater(POLL_SECONDS, self._poll)

    def _send(self, tag: bytes, reply: Reply) -> None:
        lines = [b"* " + line for line in reply.lines]
        if reply.prompt is not None:
            lines.append(b"+ " + reply.prompt)
        if reply.text is not None:
            lines.append(b"%b %b %b" % (tag, reply.status.encode(), reply.text.encode("ascii", "replace")))
        if reply.bye:
            lines.append(b"* BYE " + reply.bye.encode("ascii", "replace"))
        self._write(*lines)
        if reply.bye or reply.hang_up:
            self._end()

    def _write(self, *lines: bytes) -> None:
        self.transport.write(b"".join(line + b"\r\n" for line in lines))

    def _end(self) -> None:
        self._ended = True
        self._cancel()
        self.transport.loseConnection()

    def _cancel(self) -> None:
        later, self._later = self._later, None
        if later is not None and later.active():
            later.cancel()

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
