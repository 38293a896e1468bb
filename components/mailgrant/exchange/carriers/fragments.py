"""Messages of PowerShell remoting as fragments, and back. No I/O.

Source: MS-PSRP 2.2.1 (a message), 2.2.4 (a fragment).
"""

import struct
from collections.abc import Iterator
from typing import Final

from mailgrant.exchange.carriers.clixml import readable

# Of a fragment: object, number, flags, length. Of a message: receiver, type, pool, pipeline.
FRAGMENT: Final = struct.Struct(">QQBI")
MESSAGE: Final = struct.Struct("<II16s16s")
FIRST: Final = 1
LAST: Final = 2


class NotAMessageError(ValueError):
    """Bytes that are no fragments, or not the next ones."""


def split(object_: int, message: bytes, size: int) -> list[bytes]:
    """A message as fragments.

    Args:
        object_: its number, which no other message has.
        message: with its header.
        size: bytes that one fragment may have.
    """
    room = size - FRAGMENT.size
    parts = [message[at : at + room] for at in range(0, len(message), room)]
    last = len(parts) - 1
    return [
        FRAGMENT.pack(object_, number, FIRST * (number == 0) | LAST * (number == last), len(part)) + part
        for number, part in enumerate(parts)
    ]


class Joiner:
    """Makes readable messages of fragments, whose beginnings it keeps."""

    def __init__(self) -> None:
        self._begun: dict[int, list[bytes]] = {}

    def join(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole with these fragments, each as one fragment.

        Raises:
            NotAMessageError: they are none.
        """
        for object_, number, flags, part in _fragments(data):
            parts = self._begun.setdefault(object_, [])
            if number != len(parts):
                raise NotAMessageError(f"fragment {number} came instead of {len(parts)}")
            parts.append(part)
            if flags & LAST:
                yield _whole(object_, b"".join(self._begun.pop(object_)))


def _fragments(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    at = 0
    while at < len(data):
        begin = at + FRAGMENT.size
        if begin > len(data):
            raise NotAMessageError(f"{len(data) - at} bytes are no fragment")
        object_, number, flags, length = FRAGMENT.unpack_from(data, at)
        at = begin + length
        if at > len(data):
            raise NotAMessageError(f"a fragment of {length} bytes has {len(data) - begin}")
        yield object_, number, flags, data[begin:at]


def _whole(object_: int, message: bytes) -> bytes:
    if len(message) < MESSAGE.size:
        raise NotAMessageError(f"{len(message)} bytes are no message")
    message = message[: MESSAGE.size] + readable(message[MESSAGE.size :])
    return FRAGMENT.pack(object_, 0, FIRST | LAST, len(message)) + message
