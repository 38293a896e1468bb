"""POP's commands on the messages of the inbox (RFC 1939, 5 to 7)."""

import re
from collections.abc import Callable
from typing import Final

from offline_tenant.mail.pop.session import RefusedError, Reply, Session
from offline_tenant.mail.store import Message

NUMBER: Final = re.compile(rb"\d{1,9}")
OUT_OF_RANGE: Final = "The specified message is out of range."
GONE: Final = "The requested message is no longer available; it may have been deleted."
SIGNING_OFF: Final = "Microsoft Exchange Server POP3 server signing off."


def statistics(session: Session, arguments: list[bytes]) -> Reply:  # noqa: ARG001 - as all commands
    """STAT: how many messages, and how many octets."""
    return Reply(_sum(session))


def listing(session: Session, arguments: list[bytes]) -> Reply:
    """LIST: the size of one message or of all."""
    if arguments:
        return _one(session, arguments, lambda message: str(message.size))
    return Reply(_sum(session), body=_all(session, lambda message: str(message.size)))


def unique_ids(session: Session, arguments: list[bytes]) -> Reply:
    """UIDL: what one message or all are called for ever."""
    name = session.maildrop.unique_id
    return _one(session, arguments, name) if arguments else Reply(body=_all(session, name))


def retrieve(session: Session, arguments: list[bytes]) -> Reply:
    """RETR: a whole message."""
    return Reply(body=_content(session, arguments[0], None))


def top(session: Session, arguments: list[bytes]) -> Reply:
    """TOP: the header of a message, and some lines of its body."""
    return Reply(body=_content(session, arguments[0], _number(arguments[1])))


def delete(session: Session, arguments: list[bytes]) -> Reply:
    """DELE: mark a message; it goes at QUIT."""
    number, _ = _found(session, arguments[0])
    session.maildrop.delete(number)
    return Reply()


def reset(session: Session, arguments: list[bytes]) -> Reply:  # noqa: ARG001
    """RSET: unmark all messages."""
    session.maildrop.reset()
    return Reply()


def noop(session: Session, arguments: list[bytes]) -> Reply:  # noqa: ARG001
    """NOOP."""
    return Reply()


def quit_(session: Session, arguments: list[bytes]) -> Reply:  # noqa: ARG001
    """QUIT: what is marked goes now; without QUIT nothing does."""
    if session.drop:
        session.drop.commit()
    return Reply(SIGNING_OFF, hang_up=True)


def _sum(session: Session) -> str:
    sizes = [message.size for _, message in session.maildrop.listed()]
    return f"{len(sizes)} {sum(sizes)}"


def _all(session: Session, value: Callable[[Message], str]) -> bytes:
    lines = (f"{number} {value(message)}\r\n" for number, message in session.maildrop.listed())
    return "".join(lines).encode()


def _one(session: Session, arguments: list[bytes], value: Callable[[Message], str]) -> Reply:
    number, message = _found(session, arguments[0])
    return Reply(f"{number} {value(message)}")


def _content(session: Session, text: bytes, lines: int | None) -> bytes:
    number, _ = _found(session, text)
    content = session.maildrop.content(number, lines)
    if content is None:
        raise RefusedError(GONE)
    return content


def _found(session: Session, text: bytes) -> tuple[int, Message]:
    number = _number(text)
    if not 1 <= number <= len(session.maildrop):
        raise RefusedError(OUT_OF_RANGE)
    message = session.maildrop.message(number)
    if message is None:
        raise RefusedError(GONE)
    return number, message


def _number(text: bytes) -> int:
    if not NUMBER.fullmatch(text):
        raise RefusedError("Invalid arguments.")
    return int(text)
