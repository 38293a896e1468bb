"""What one SMTP connection knows, and how a command answers; no I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from offline_tenant.mail.authentication import Decision
from offline_tenant.mail.protocol import SERVER
from offline_tenant.mail.session import MailSession
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

FIRST_TICK: Final = datetime(1, 1, 1, tzinfo=UTC)  # Microsoft counts tenths of a microsecond from here


@dataclass(frozen=True)
class Reply:
    """The answer to a command.

    Args:
        code: three digits.
        text: what follows it, with the enhanced status code; lines are parted by line feeds.
        marked: whether the server's name, the time and the connection stand behind it.
        then: takes the line that the client sends next, instead of a command.
        content: a message follows, up to a line with a dot.
        chunk: so many octets follow first, and are answered instead.
        last: whether the message is complete with them.
        encrypt: TLS begins after it.
        hang_up: ends the connection.
    """

    code: int
    text: str
    marked: bool = False
    then: Callable[[bytes], "Reply"] | None = None
    content: bool = False
    chunk: int | None = None
    last: bool = False
    encrypt: bool = False
    hang_up: bool = False

    @property
    def ok(self) -> bool:
        """Whether it is no refusal."""
        return self.code < 400  # noqa: PLR2004 - RFC 5321, 4.2.1


class RefusedError(Exception):
    """A command is refused.

    Args:
        reply: with this answer.
    """

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


@dataclass(frozen=True)
class Recipient:
    """One RCPT.

    Args:
        address: as it was given.
        notify: the words of NOTIFY in capitals (RFC 3461); by default only failures are reported.
        original: ORCPT as it was given, or None.
    """

    address: str
    notify: frozenset[str] = frozenset({"FAILURE"})
    original: str | None = None


@dataclass
class Envelope:
    """One transaction, from MAIL to the end of the message.

    Args:
        sender: the address of MAIL, empty for <>.
        utf8: whether addresses and header may have other letters than ASCII (SMTPUTF8).
        headers_only: whether a report gives back the header only (RET=HDRS).
        id: ENVID, or None.
        recipients: in the order of their RCPT.
        chunks: what BDAT has brought so far.
    """

    sender: str
    utf8: bool = False
    headers_only: bool = False
    id: str | None = None
    recipients: list[Recipient] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)


@dataclass
class Session(MailSession):
    """One connection.

    Args:
        peer: the client's address.
        began: when it was made, by the tenant's clock.
        client: how the client calls itself; None before EHLO or HELO.
        encrypted: whether STARTTLS was done.
        failure: the answer to the last AUTH that failed.
        envelope: the transaction that is under way.
        unknown_commands: so many came.
    """

    peer: str = "127.0.0.1"
    began: datetime = FIRST_TICK
    client: str | None = None
    encrypted: bool = False
    failure: str | None = None
    envelope: Envelope | None = None
    unknown_commands: int = 0

    @property
    def mark(self) -> str:
        """What Exchange puts behind refusals: the server, the time, and the connection."""
        now = self.installation.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"[{SERVER} {now} {self.id}]"

    @property
    def id(self) -> str:
        """The connection, in 16 hexadecimal digits."""
        ticks = (self.began - FIRST_TICK).total_seconds() * 10**7
        return f"{int(ticks):016X}"

    @property
    def login(self) -> Decision:
        """The login; the state has been checked."""
        assert self.decision is not None  # noqa: S101 - MAIL admits nobody else
        return self.decision

    @property
    def tenant(self) -> Tenant:
        """The tenant of the login."""
        assert self.login.tenant is not None  # noqa: S101 - a login that was not refused has one
        return self.login.tenant

    @property
    def sender(self) -> Document:
        """The mailbox that was logged in to."""
        assert self.login.mailbox is not None  # noqa: S101 - same
        return self.login.mailbox

    @property
    def principal(self) -> Document:
        """Who was logged in."""
        assert self.login.principal is not None  # noqa: S101 - same
        return self.login.principal
