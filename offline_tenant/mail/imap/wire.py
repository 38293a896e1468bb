"""IMAP's grammar, in both directions: arguments out of a command, values into a response (RFC 3501, section 9)."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

import twisted.mail.imap4  # noqa: F401 - registers the codec of mailbox names, imap4-utf-7

T = TypeVar("T")

CODEC: Final = "imap4-utf-7"
ATOM: Final = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
ASTRING: Final = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\]+')
LIST_PATTERN: Final = re.compile(rb'[^\x00-\x20\x7f-\xff(){"\\]+')
QUOTED: Final = re.compile(rb'"((?:[^"\\\r\n]|\\["\\])*)"')
ESCAPE: Final = re.compile(rb'\\(["\\])')
WORD: Final = re.compile(rb" *([A-Za-z]+)")
NUMBER: Final = re.compile(rb"\d{1,10}")
SET: Final = re.compile(rb"(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*")
LITERAL: Final = re.compile(rb"\{(\d{1,12})(\+?)\}\Z")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class BadArgumentError(Exception):
    """A command's arguments are not what its grammar says."""


class Cursor:
    """A place in a command; reads one argument after the other.

    Args:
        chunks: the command's text, cut where literals stand: text, literal, text, …, text.
    """

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks, self._index, self._at = chunks, 0, 0

    def ahead(self, prefix: bytes) -> bool:
        """Whether this text comes next, case ignored."""
        return self._text[self._at : self._at + len(prefix)].upper() == prefix.upper()

    def skip(self, prefix: bytes) -> bool:
        """Step over this text if it comes next."""
        found = self.ahead(prefix)
        self._at += len(prefix) if found else 0
        return found

    def expect(self, prefix: bytes) -> None:
        """Step over this text.

        Raises:
            BadArgumentError: something else comes.
        """
        if not self.skip(prefix):
            raise BadArgumentError

    def at(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the pattern matches here."""
        return pattern.match(self._text, self._at) is not None

    def word_ahead(self) -> bytes:
        """The word that comes next, in capitals; empty if none does."""
        found = WORD.match(self._text, self._at)
        return found[1].upper() if found else b""

    def match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        """Step over what the pattern matches.

        Raises:
            BadArgumentError: it does not match here.
        """
        found = pattern.match(self._text, self._at)
        if found is None:
            raise BadArgumentError
        self._at = found.end()
        return found

    def space(self) -> None:
        """Step over the space between two arguments; Exchange takes several for one."""
        self.expect(b" ")
        while self.skip(b" "):
            pass

    def end(self) -> None:
        """Check that nothing is left but spaces.

        Raises:
            BadArgumentError: there is more.
        """
        if not self.at_end():
            raise BadArgumentError

    def at_end(self) -> bool:
        """Whether nothing is left but spaces."""
        return not self._text[self._at :].strip(b" ") and self._index + 1 == len(self._chunks)

    def atom(self) -> bytes:
        """An atom, in capitals."""
        return self.match(ATOM)[0].upper()

    def number(self) -> int:
        """An unsigned number."""
        return int(self.match(NUMBER)[0])

    def astring(self, bare: re.Pattern[bytes] = ASTRING) -> bytes:
        """An atom, a quoted string or a literal."""
        if self._at == len(self._text) and self._index + 1 < len(self._chunks):
            return self.literal()
        if self.ahead(b'"'):
            return ESCAPE.sub(rb"\1", self.match(QUOTED)[1])
        return self.match(bare)[0]

    def literal(self) -> bytes:
        """A literal."""
        if self._at != len(self._text) or self._index + 1 >= len(self._chunks):
            raise BadArgumentError
        found = self._chunks[self._index + 1]
        self._index, self._at = self._index + 2, 0
        return found

    def mailbox(self, bare: re.Pattern[bytes] = ASTRING) -> str:
        """A folder's name, decoded from modified UTF-7 (RFC 3501, 5.1.3)."""
        try:
            return self.astring(bare).decode(CODEC)
        except UnicodeError as error:
            raise BadArgumentError from error

    def listed(self, item: Callable[[], T]) -> list[T]:
        """Items between parentheses, one space apart; at least one."""
        self.expect(b"(")
        items = [item()]
        while not self.skip(b")"):
            self.space()
            items.append(item())
        return items

    def numbers(self) -> "NumberSet":
        """A set of message numbers or UIDs."""
        return NumberSet(self.match(SET)[0])

    @property
    def _text(self) -> bytes:
        return self._chunks[self._index]


class NumberSet:
    """A set of numbers such as ``1:3,7,9:*``; ``*`` is the highest number in use.

    Raises:
        BadArgumentError: zero is in it.
    """

    def __init__(self, text: bytes) -> None:
        self._ranges = [_range(item) for item in text.split(b",")]

    def among(self, numbers: Sequence[int]) -> list[int]:
        """The members of a rising sequence that are in the set."""
        highest = numbers[-1] if numbers else 0
        singles, spans = set(), []
        for low, high in self._ranges:
            first, last = sorted((low or highest, high or highest))
            if first == last:
                singles.add(first)
            else:
                spans.append((first, last))
        return [n for n in numbers if n in singles or any(first <= n <= last for first, last in spans)]

    def highest(self, in_use: int) -> int:
        """The highest number that it names, with ``*`` for the highest in use."""
        return max(number or in_use for pair in self._ranges for number in pair)


def _range(item: bytes) -> tuple[int | None, int | None]:
    low, colon, high = item.partition(b":")
    pair = _number(low), _number(high if colon else low)
    if 0 in pair:
        raise BadArgumentError
    return pair


def _number(text: bytes) -> int | None:
    return None if text == b"*" else int(text)


def compact(numbers: Sequence[int]) -> bytes:
    """A rising sequence as a set, for COPYUID: ``1:3,7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return b",".join(b":".join(b"%d" % number for number in run) for run in runs)


def string(value: bytes | None) -> bytes:
    """A value as a quoted string, as a literal if it must be, or NIL."""
    if value is None:
        return b"NIL"
    if re.search(rb"[\x00\r\n\x80-\xff]", value):
        return literal(value)
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def literal(value: bytes) -> bytes:
    """A value as a literal."""
    return b"{%d}\r\n%b" % (len(value), value)


def mailbox(path: str) -> bytes:
    """A folder's name; Exchange quotes it only where it must."""
    encoded: bytes = path.encode(CODEC)
    return encoded if ATOM.fullmatch(encoded) else string(encoded)


def date_time(value: datetime) -> bytes:
    """An INTERNALDATE, such as ``"17-Jul-2026 02:44:25 +0000"``."""
    zone = value.strftime("%z")
    return f'"{value.day:2}-{MONTHS[value.month - 1]}-{value.year:04} {value:%H:%M:%S} {zone}"'.encode()
