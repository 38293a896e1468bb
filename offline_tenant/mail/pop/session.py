"""What one POP connection knows, and how a command answers; no I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from offline_tenant.mail.authentication import Decision
from offline_tenant.mail.pop.maildrop import Maildrop
from offline_tenant.mail.session import MailSession


class State(Enum):
    """RFC 1939's states, and Exchange's own: logged in, but to no mailbox."""

    AUTHORIZATION = "not authenticated"
    NOT_CONNECTED = "authenticated but not connected"
    TRANSACTION = "authenticated"


@dataclass(frozen=True)
class Reply:
    """The answer to a command.

    Args:
        text: what follows +OK or -ERR.
        ok: which of the two.
        body: the octets of a multi-line answer, not yet stuffed; None for an answer of one line.
        prompt: instead of the rest, ask the client to go on.
        then: takes the line that the client sends after the prompt.
        hang_up: ends the connection.
    """

    text: str = ""
    ok: bool = True
    body: bytes | None = None
    prompt: bool = False
    then: Callable[[bytes], "Reply"] | None = None
    hang_up: bool = False


class RefusedError(Exception):
    """A command is refused with -ERR and this text."""


@dataclass
class Session(MailSession):
    """One connection.

    Args:
        user: whom USER named.
        drop: the messages as they were at the login.
    """

    user: str | None = None
    drop: Maildrop | None = None

    @property
    def state(self) -> State:
        """Which commands are allowed."""
        if self.decision is None:
            return State.AUTHORIZATION
        return State.NOT_CONNECTED if self.drop is None else State.TRANSACTION

    @property
    def maildrop(self) -> Maildrop:
        """The messages of a connected login; the state has been checked."""
        assert self.drop is not None  # noqa: S101 - the command table admits no other state
        return self.drop

    def log_in(self, decision: Decision) -> None:
        """Take over a decision that was not a refusal, and look into the inbox."""
        super().log_in(decision)
        self.drop = Maildrop(self.mail) if self.mail else None
