"""POP on Twisted: lines into commands, replies into octets; faults and garbage."""

import re
from collections.abc import Callable
from typing import Final

from offline_tenant.mail.connections import Connections
from offline_tenant.mail.pop import commands
from offline_tenant.mail.pop.session import RefusedError, Reply, Session, State
from offline_tenant.mail.protocol import IDLE_SECONDS, MailConnection, greeting_mark
from offline_tenant.web.ledger import Fault

# RFC 2449, 4: a command has at most 255 octets. Exchange closes the connection at a longer one, as everybody
# learns who sends AUTH XOAUTH2 and a token in one line (github.com/getmail6/getmail6/issues/256).
COMMAND_LENGTH: Final = 255
RESPONSE_LENGTH: Final = 16384
UNKNOWN: Final = (
    "(unknown)"  # how ledgers call what is no command: it may be a token that came a line too late
)

LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
TOO_LONG: Final = Reply("Protocol error. Connection is closed. 10", ok=False, hang_up=True)
TIMED_OUT: Final = Reply("Connection is closed. 13", ok=False, hang_up=True)
FAILED: Final = Reply("Server Unavailable. 15", ok=False, hang_up=True)


class PopConnection(MailConnection):
    """One connection.

    Args:
        connections: what it shares with the others.
    """

    service = "pop"
    MAX_LENGTH = COMMAND_LENGTH

    def __init__(self, connections: Connections) -> None:
        super().__init__(connections)
        self._session = Session(connections.installation, connections.ledger)
        self._then: tuple[str, Callable[[bytes], Reply]] | None = None

    def greet(self) -> None:
        """The server is ready."""
        self.write(f"+OK The Microsoft Exchange POP3 service is ready. {greeting_mark()}".encode())

    def say_timeout(self) -> None:
        """Goodbye to a client that says nothing."""
        self._send(TIMED_OUT)

    def refusal(self, error: Exception) -> Reply | None:
        """What -ERR stands for."""
        return Reply(str(error), ok=False) if isinstance(error, RefusedError) else None

    # What Twisted calls

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's names
        """A command, or what the client says to a prompt."""
        self.heard()
        if self._then:
            (call, then), self._then = self._then, None
            self.MAX_LENGTH = COMMAND_LENGTH
            self._answer(call, lambda: then(line))
            return
        name, *arguments = line.split() or [b""]
        name = name.upper()
        call = name.decode() if name in commands.COMMANDS else UNKNOWN
        self.delayed(call, lambda: self._run(call, name, arguments))

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802
        """Exchange gives up."""
        self._send(TOO_LONG)

    # From lines to a reply

    def _run(self, call: str, name: bytes, arguments: list[bytes]) -> None:
        fault = self.fault(call)
        if fault and fault.effect == "refuse":
            self._send(_injected(fault))
            return
        self._answer(call, lambda: commands.run(self._session, name, arguments), lose=fault is not None)

    def _answer(self, call: str, work: Callable[[], Reply], *, lose: bool = False) -> None:
        # What the session knows of messages and numbers is of another state: it must not answer from it.
        reply = FAILED if self._session.outlived else self.guarded(work, FAILED)
        self.record(call, "OK" if reply.ok else "ERR", self._session.decision)
        if lose:
            self.lose()
            return
        if reply.then:
            self._then, self.MAX_LENGTH = (call, reply.then), RESPONSE_LENGTH
        self._send(reply)
        if self._session.state is not State.AUTHORIZATION:
            self.limit_silence(IDLE_SECONDS)

    def _send(self, reply: Reply) -> None:
        if reply.prompt:
            self.write(b"+ ")
            return
        status = "+OK" if reply.ok else "-ERR"
        self.write(f"{status} {reply.text}".rstrip().encode("ascii", "replace"))
        if reply.body is not None:
            self.transport.write(_stuffed(reply.body) + b".\r\n")
        if reply.hang_up:
            self.end()


def _stuffed(body: bytes) -> bytes:
    """A body in which no line is a dot, and which ends with a line end (RFC 1939, 3)."""
    ended = body if not body or body.endswith(b"\r\n") else body + b"\r\n"
    return LEADING_DOT.sub(b"..", ended)


def _injected(fault: Fault) -> Reply:
    """A fault as POP words it: its code does not matter, a header BYE ends the connection."""
    return Reply(fault.message, ok=False, hang_up="BYE" in fault.headers)
