"""POP's commands as one table: who answers, in which states, and with how many arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.mail.pop import login, messages
from offline_tenant.mail.pop.session import RefusedError, Reply, Session, State

ANY: Final = frozenset(State)
OUTSIDE: Final = frozenset({State.AUTHORIZATION})
INSIDE: Final = frozenset({State.TRANSACTION})
MANY: Final = 1_000

INVALID: Final = "Command is not valid in this state."  # also for commands that Exchange does not know
WRONG_STATE: Final[Mapping[State, str]] = {
    State.AUTHORIZATION: INVALID,
    # No transcript of POP was found: the words are those of IMAP, which is the same service.
    State.NOT_CONNECTED: "User is authenticated but not connected.",
    State.TRANSACTION: INVALID,
}


@dataclass(frozen=True)
class Command:
    """One row.

    Args:
        run: answers it; changes of the store are undone when it raises.
        states: in which it is allowed.
        least: arguments that it must have.
        most: arguments that it may have.
    """

    run: Callable[[Session, list[bytes]], Reply]
    states: frozenset[State]
    least: int = 0
    most: int = 0


# STLS is not here: the connection is encrypted from its first octet, and Exchange then does not know it.
COMMANDS: Final[Mapping[bytes, Command]] = {
    b"CAPA": Command(login.capabilities, ANY),
    b"QUIT": Command(messages.quit_, ANY),
    b"AUTH": Command(login.sasl, OUTSIDE, 1, 2),
    b"USER": Command(login.user, OUTSIDE, 1, MANY),
    b"PASS": Command(login.password, OUTSIDE, 0, MANY),
    b"DELE": Command(messages.delete, INSIDE, 1, 1),
    b"LIST": Command(messages.listing, INSIDE, 0, 1),
    b"NOOP": Command(messages.noop, INSIDE),
    b"RETR": Command(messages.retrieve, INSIDE, 1, 1),
    b"RSET": Command(messages.reset, INSIDE),
    b"STAT": Command(messages.statistics, INSIDE),
    b"TOP": Command(messages.top, INSIDE, 2, 2),
    b"UIDL": Command(messages.unique_ids, INSIDE, 0, 1),
}


def run(session: Session, name: bytes, arguments: list[bytes]) -> Reply:
    """Answer one command.

    Args:
        session: the connection that it came on.
        name: the command, in capitals.
        arguments: what follows it.

    Raises:
        RefusedError: refused with -ERR.
    """
    command = COMMANDS.get(name)
    if command is None or session.state not in command.states:
        raise RefusedError(WRONG_STATE[session.state])
    if not command.least <= len(arguments) <= command.most:
        raise RefusedError("Invalid arguments.")
    return command.run(session, arguments)
