"""IMAP's commands as one table: who answers, and in which states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from offline_tenant.mail.imap import folders, login, messages
from offline_tenant.mail.imap.session import Reply, Session, State
from offline_tenant.mail.imap.wire import BadArgumentError, Cursor

ANY: Final = frozenset(State)
OUTSIDE: Final = frozenset({State.NOT_AUTHENTICATED})
CONNECTED: Final = frozenset({State.AUTHENTICATED, State.SELECTED})
NOT_BEFORE: Final = ANY - {State.NOT_CONNECTED}
INSIDE: Final = frozenset({State.SELECTED})

NUMBERS_STAY: Final = frozenset({b"FETCH", b"STORE", b"SEARCH"})  # RFC 3501, 7.4.1
INVALID_COMMANDS_LIMIT: Final = 3  # Exchange closes the connection at the third

WRONG_STATE: Final[Mapping[State, str]] = {
    State.NOT_CONNECTED: "User is authenticated but not connected.",
    State.NOT_AUTHENTICATED: "Command received in Invalid state.",
    State.AUTHENTICATED: "Command received in Invalid state.",
    State.SELECTED: "Command received in Invalid state.",
}


@dataclass(frozen=True)
class Command:
    """One row.

    Args:
        run: answers it; changes of the store are undone when it raises.
        states: in which it is allowed.
    """

    run: Callable[[Session, Cursor], Reply]
    states: frozenset[State]


def _idle(session: Session, arguments: Cursor) -> Reply:
    arguments.end()

    def done(line: bytes) -> Reply:
        if line.strip().upper() != b"DONE":
            raise BadArgumentError
        return Reply("IDLE completed.", lines=session.news(expunged=True))

    return Reply(prompt=b"IDLE accepted, awaiting DONE command.", then=done, idle=True)


def _check(session: Session, arguments: Cursor) -> Reply:
    return replace(login.noop(session, arguments), text="CHECK completed.")


COMMANDS: Final[Mapping[bytes, Command]] = {
    b"CAPABILITY": Command(login.capability, ANY),
    b"ID": Command(login.identify, ANY),
    b"LOGOUT": Command(login.logout, ANY),
    b"NOOP": Command(login.noop, NOT_BEFORE),
    b"AUTHENTICATE": Command(login.sasl, OUTSIDE),
    b"LOGIN": Command(login.login, OUTSIDE),
    b"APPEND": Command(folders.append, CONNECTED),
    b"CREATE": Command(folders.create, CONNECTED),
    b"DELETE": Command(folders.delete, CONNECTED),
    b"EXAMINE": Command(folders.examine, CONNECTED),
    b"IDLE": Command(_idle, CONNECTED),
    b"LIST": Command(folders.list_folders, CONNECTED),
    b"LSUB": Command(folders.list_subscribed, CONNECTED),
    b"NAMESPACE": Command(folders.namespace, CONNECTED),
    b"RENAME": Command(folders.rename, CONNECTED),
    b"SELECT": Command(folders.select, CONNECTED),
    b"STATUS": Command(folders.status, CONNECTED),
    b"SUBSCRIBE": Command(folders.subscribe, CONNECTED),
    b"UNSUBSCRIBE": Command(folders.unsubscribe, CONNECTED),
    b"CHECK": Command(_check, INSIDE),
    b"CLOSE": Command(folders.close, INSIDE),
    b"COPY": Command(messages.copy, INSIDE),
    b"EXPUNGE": Command(messages.expunge, INSIDE),
    b"FETCH": Command(messages.fetch, INSIDE),
    b"SEARCH": Command(messages.search, INSIDE),
    b"STORE": Command(messages.store, INSIDE),
    b"UID": Command(messages.by_uid, INSIDE),
    b"UNSELECT": Command(folders.unselect, INSIDE),
}


def run(session: Session, name: bytes, arguments: Cursor) -> Reply:
    """Answer one command.

    Args:
        session: the connection that it came on.
        name: the command, in capitals.
        arguments: what follows it.

    Raises:
        BadArgumentError: its arguments are not what its grammar says.
        NoError: refused with NO.
        BadError: refused with BAD.
    """
    command = COMMANDS.get(name)
    if command is None:
        return Reply("Command Error. 12", "BAD")
    if session.state not in command.states:
        return _wrong_state(session)
    numbers_stay = (arguments.word_ahead() if name == b"UID" else name) in NUMBERS_STAY
    lines = session.news(expunged=False)
    reply = command.run(session, arguments)
    lines += reply.lines
    if not numbers_stay and reply.prompt is None:
        lines += session.news(expunged=True)
    return replace(reply, lines=lines)


def _wrong_state(session: Session) -> Reply:
    session.invalid_commands += 1
    closes = session.invalid_commands >= INVALID_COMMANDS_LIMIT
    return Reply(WRONG_STATE[session.state], "BAD", bye="Connection closed. 14" if closes else None)
