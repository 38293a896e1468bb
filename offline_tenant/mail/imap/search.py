"""SEARCH: its keys as a table of questions to a message (RFC 3501, 6.4.4)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Final

from offline_tenant.mail.imap.session import NoError, Selected
from offline_tenant.mail.imap.wire import MONTHS, SET, BadArgumentError, Cursor
from offline_tenant.mail.mime import Part
from offline_tenant.mail.store import MailStore, Message

DATE: Final = re.compile(rb'"?(\d{1,2})-([A-Za-z]{3})-(\d{4})"?')
KEY: Final = re.compile(rb"[A-Za-z]+")
DEPTH_LIMIT: Final = 50  # keys within keys


@dataclass(frozen=True)
class Candidate:
    """One message while it is searched.

    Args:
        mail: its mailbox.
        selected: its folder.
        number: its message number.
        message: the message.
    """

    mail: MailStore
    selected: Selected
    number: int
    message: Message

    @cached_property
    def part(self) -> Part:
        """Its content; read only when a key asks for it."""
        return Part(self.mail.content(self.message) or b"")

    @property
    def names(self) -> set[bytes]:
        """The names of its header fields."""
        return {name for name, _ in self.part.fields}

    def has(self, flag: str) -> bool:
        """Whether it has a flag."""
        return flag in self.message.flags

    @property
    def recent(self) -> bool:
        """Whether no session had it before this one."""
        return self.message.uid in self.selected.recent

    @property
    def received(self) -> date:
        """The day on which it arrived, zone disregarded."""
        return self.message.received.date()

    @property
    def sent(self) -> date | None:
        """The day of its Date field, zone disregarded; None without one."""
        try:
            return parsedate_to_datetime((self.part.value(b"Date") or b"").decode("latin-1")).date()
        except ValueError:
            return None


Question = Callable[[Candidate], bool]


def _in_field(name: bytes) -> Callable[[Candidate, str], bool]:
    return lambda candidate, text: text in candidate.part.text_of(name).casefold()


def _in_header(candidate: Candidate, text: str) -> bool:
    return any(
        text in f"{name.decode()}: {candidate.part.text_of(name)}".casefold() for name in candidate.names
    )


def _in_body(candidate: Candidate, text: str) -> bool:
    return any(text in found.casefold() for found in candidate.part.texts())


FLAG_KEYS: Final[Mapping[bytes, Question]] = {
    b"ALL": lambda candidate: True,  # noqa: ARG005
    b"ANSWERED": lambda candidate: candidate.has("\\Answered"),
    b"DELETED": lambda candidate: candidate.has("\\Deleted"),
    b"DRAFT": lambda candidate: candidate.has("\\Draft"),
    b"FLAGGED": lambda candidate: candidate.has("\\Flagged"),
    b"NEW": lambda candidate: candidate.recent and not candidate.has("\\Seen"),
    b"OLD": lambda candidate: not candidate.recent,
    b"RECENT": lambda candidate: candidate.recent,
    b"SEEN": lambda candidate: candidate.has("\\Seen"),
    b"UNANSWERED": lambda candidate: not candidate.has("\\Answered"),
    b"UNDELETED": lambda candidate: not candidate.has("\\Deleted"),
    b"UNDRAFT": lambda candidate: not candidate.has("\\Draft"),
    b"UNFLAGGED": lambda candidate: not candidate.has("\\Flagged"),
    b"UNSEEN": lambda candidate: not candidate.has("\\Seen"),
}
TEXT_KEYS: Final[Mapping[bytes, Callable[[Candidate, str], bool]]] = {
    b"BCC": _in_field(b"Bcc"),
    b"CC": _in_field(b"Cc"),
    b"FROM": _in_field(b"From"),
    b"SUBJECT": _in_field(b"Subject"),
    b"TO": _in_field(b"To"),
    b"BODY": _in_body,
    b"TEXT": lambda candidate, text: _in_header(candidate, text) or _in_body(candidate, text),
    b"KEYWORD": lambda candidate, text: text in map(str.casefold, candidate.message.flags),
    b"UNKEYWORD": lambda candidate, text: text not in map(str.casefold, candidate.message.flags),
}
DATE_KEYS: Final[Mapping[bytes, Callable[[Candidate, date], bool]]] = {
    b"BEFORE": lambda candidate, day: candidate.received < day,
    b"ON": lambda candidate, day: candidate.received == day,
    b"SINCE": lambda candidate, day: candidate.received >= day,
    b"SENTBEFORE": lambda candidate, day: candidate.sent is not None and candidate.sent < day,
    b"SENTON": lambda candidate, day: candidate.sent == day,
    b"SENTSINCE": lambda candidate, day: candidate.sent is not None and candidate.sent >= day,
}
SIZE_KEYS: Final[Mapping[bytes, Callable[[Candidate, int], bool]]] = {
    b"LARGER": lambda candidate, size: candidate.message.size > size,
    b"SMALLER": lambda candidate, size: candidate.message.size < size,
}


def question(arguments: Cursor, selected: Selected) -> Question:
    """The question that the arguments of a SEARCH ask of each message.

    Raises:
        NoError: a charset other than US-ASCII, as Exchange.
        BadArgumentError: an unknown key, or a key without its argument.
    """
    if arguments.skip(b"CHARSET "):
        if arguments.astring().upper() != b"US-ASCII":
            raise NoError("[BADCHARSET (US-ASCII)] The specified charset is not supported.")
        arguments.space()
    questions = [_key(arguments, selected, 0)]
    while not arguments.at_end():
        arguments.space()
        questions.append(_key(arguments, selected, 0))
    return _all(questions)


def _key(arguments: Cursor, selected: Selected, depth: int) -> Question:
    if depth > DEPTH_LIMIT:
        raise BadArgumentError
    if arguments.ahead(b"("):
        return _all(arguments.listed(lambda: _key(arguments, selected, depth + 1)))
    if arguments.at(SET):
        numbers = arguments.numbers()
        chosen = set(numbers.among(range(1, len(selected.messages) + 1)))
        return lambda candidate: candidate.number in chosen
    name = arguments.match(KEY)[0].upper()
    if name in FLAG_KEYS:
        return FLAG_KEYS[name]
    arguments.space()
    return _with_argument(name, arguments, selected, depth)


def _with_argument(name: bytes, arguments: Cursor, selected: Selected, depth: int) -> Question:
    if name in TEXT_KEYS:
        text, ask_text = _text(arguments), TEXT_KEYS[name]
        return lambda candidate: ask_text(candidate, text)
    if name in DATE_KEYS:
        day, ask_day = _day(arguments), DATE_KEYS[name]
        return lambda candidate: ask_day(candidate, day)
    if name in SIZE_KEYS:
        size, ask_size = arguments.number(), SIZE_KEYS[name]
        return lambda candidate: ask_size(candidate, size)
    return _compound(name, arguments, selected, depth)


def _compound(name: bytes, arguments: Cursor, selected: Selected, depth: int) -> Question:
    if name == b"UID":
        chosen = set(arguments.numbers().among([message.uid for message in selected.messages]))
        return lambda candidate: candidate.message.uid in chosen
    if name == b"HEADER":
        field = arguments.astring()
        arguments.space()
        text = _text(arguments)
        return lambda candidate: (
            candidate.part.value(field) is not None and text in (candidate.part.text_of(field).casefold())
        )
    if name == b"NOT":
        negated = _key(arguments, selected, depth + 1)
        return lambda candidate: not negated(candidate)
    if name == b"OR":
        one = _key(arguments, selected, depth + 1)
        arguments.space()
        other = _key(arguments, selected, depth + 1)
        return lambda candidate: one(candidate) or other(candidate)
    raise BadArgumentError


def _all(questions: list[Question]) -> Question:
    return lambda candidate: all(ask(candidate) for ask in questions)


def _text(arguments: Cursor) -> str:
    return arguments.astring().decode("utf-8", "replace").casefold()


def _day(arguments: Cursor) -> date:
    found = arguments.match(DATE)
    try:
        return date(int(found[3]), MONTHS.index(found[2].decode().title()) + 1, int(found[1]))
    except ValueError:
        raise BadArgumentError from None
