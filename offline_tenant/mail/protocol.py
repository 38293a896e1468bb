"""What the connections of all mail services have in common on Twisted: time limits, delays, faults, log, the end."""

import base64
import logging
import traceback
from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar

from twisted.protocols.basic import LineReceiver
from twisted.protocols.policies import TimeoutMixin

from offline_tenant.mail.authentication import Decision
from offline_tenant.mail.connections import Connections
from offline_tenant.web.ledger import Fault

R = TypeVar("R")

SERVER: Final = "LO2P265CA0001.GBRP265.PROD.OUTLOOK.COM"
LOGIN_SECONDS: Final = 60
IDLE_SECONDS: Final = 30 * 60

logger = logging.getLogger(__name__)


def greeting_mark() -> str:
    """What stands behind the greeting of IMAP and POP: the front end's name, in base64 of UTF-16."""
    return f"[{base64.b64encode(SERVER.encode('utf-16-le')).decode()}]"


class MailConnection(LineReceiver, TimeoutMixin):
    """One connection of any mail service; a subclass greets, reads lines and answers.

    Args:
        connections: what it shares with the others of its service.
    """

    service: ClassVar[str]  # what ledgers know it by
    MAX_LENGTH = 16384  # octets of a line; a token of Entra is at most half as long
    transport: Any

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._later: Any = None
        self._ended = False

    # For the subclass to fill

    def greet(self) -> None:
        """The first words of the server."""
        raise NotImplementedError

    def say_timeout(self) -> None:
        """The last words to a client that says nothing."""
        raise NotImplementedError

    def refusal(self, error: Exception) -> Any:
        """The answer that an error of a command stands for; None if it is no refusal but a fault of ours."""
        raise NotImplementedError

    def closed(self) -> None:
        """Nothing more will be asked; for those that hold something. It may be called twice."""

    # What Twisted calls

    def callLater(self, period: float, func: Callable[[], None]) -> Any:  # noqa: N802 - Twisted's names
        """Time limits run on the reactor that was given, not on the global one."""
        return self._connections.reactor.callLater(period, func)

    def connectionMade(self) -> None:  # noqa: N802
        """Greet."""
        self._connections.add(self)
        self.limit_silence(LOGIN_SECONDS)
        self.greet()

    def connectionLost(self, reason: Any = None) -> None:  # noqa: ARG002, N802
        """Forget everything that was to happen later."""
        self._ended = True
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        self.cancel()
        self._connections.remove(self)
        self.closed()

    def timeoutConnection(self) -> None:  # noqa: N802
        """Say goodbye to a client that says nothing."""
        self.say_timeout()
        self.end()

    def dataReceived(self, data: bytes) -> Any:  # noqa: N802
        """Read no more once the connection is to end."""
        return None if self._ended else super().dataReceived(data)  # type: ignore[no-untyped-call]

    # For the subclass to use

    def heard(self) -> None:
        """The client said something: its time begins anew."""
        self.resetTimeout()  # type: ignore[no-untyped-call]

    def limit_silence(self, seconds: float) -> None:
        """How long the client may say nothing."""
        if not self._ended:
            self.setTimeout(seconds)  # type: ignore[no-untyped-call]

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something after a while, unless the connection ends; one thing at a time."""
        self._later = self._connections.reactor.callLater(seconds, work)

    def cancel(self) -> None:
        """Let go of what was to be done later."""
        later, self._later = self._later, None
        if later is not None and later.active():
            later.cancel()

    def delayed(self, call: str, work: Callable[[], None]) -> None:
        """Do the work of a call after the latency that is injected into it; nothing else is read meanwhile."""
        wait = self._connections.ledger.latency(self.service, call)
        if not wait:
            work()
            return

        def resume() -> None:
            work()
            self.resumeProducing()  # type: ignore[no-untyped-call]

        self.pauseProducing()  # type: ignore[no-untyped-call]
        self.later(wait, resume)

    def fault(self, call: str) -> Fault | None:
        """The fault that is injected into a call, if any."""
        return self._connections.ledger.fault(self.service, call)

    def guarded(self, work: Callable[[], R], failed: R) -> R:
        """What a command answers; its changes of the store are undone where it raises.

        Args:
            work: the command.
            failed: the answer to a fault of ours, which stays in the process's log.
        """
        try:
            with self._connections.installation.store.transaction():
                return work()
        except Exception as error:  # noqa: BLE001 - whatever a command provokes, the server goes on
            answer: R | None = self.refusal(error)
            if answer is None:
                logger.error("%s\n%s", self.service, traceback.format_exc())  # noqa: TRY400 - no secrets in args
                return failed
            return answer

    def record(self, call: str, status: str, decision: Decision | None) -> None:
        """Write a command into the log."""
        mailbox = decision.mailbox["PrimarySmtpAddress"] if decision and decision.mailbox else None
        entry = {"area": self.service, "call": call, "mailbox": mailbox, "status": status}
        self._connections.ledger.record(entry)

    def write(self, *lines: bytes) -> None:
        """Send lines."""
        self.transport.write(b"".join(line + b"\r\n" for line in lines))

    def lose(self) -> None:
        """Break the connection without a word."""
        self._ended = True
        self.clearLineBuffer()  # type: ignore[no-untyped-call]
        self.transport.abortConnection()

    def end(self) -> None:
        """Close the connection when everything is sent."""
        self._ended = True
        self.clearLineBuffer()  # type: ignore[no-untyped-call]
        self.cancel()
        self.closed()
        self.transport.loseConnection()
