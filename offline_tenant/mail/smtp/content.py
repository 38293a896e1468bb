"""The octets of a message as SMTP carries them; no I/O."""

import re
from typing import Final

END: Final = b"\r\n.\r\n"
BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")  # line ends that Internet messages do not have


class DottedContent:
    """What follows DATA, up to a line with nothing but a dot (RFC 5321, 4.1.1.4 and 4.5.2).

    Only CRLF ends a line: a dot between bare line feeds is a part of the message.

    Args:
        limit: octets that are kept; of a longer message only its end is looked for.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._tail = b"\r\n"  # as if a line had ended before the message
        self.too_big = False

    def feed(self, data: bytes) -> bytes | None:
        """Take over octets; gives those that follow the end, None before the end."""
        window = self._tail + data
        end = window.find(END)
        if end >= 0:
            self._keep(window[: end + 2])
            return window[end + len(END) :]
        held = len(END) - 1
        self._keep(window[:-held])
        self._tail = window[-held:]
        return None

    @property
    def message(self) -> bytes:
        """The message, its dots undone."""
        return bytes(self._kept).replace(b"\r\n.", b"\r\n")[2:]

    def _keep(self, data: bytes) -> None:
        if len(self._kept) + len(data) > self._limit:
            self.too_big = True
            self._kept.clear()
        if not self.too_big:
            self._kept += data


class CountedContent:
    """What follows BDAT: so many octets, whatever they are (RFC 3030).

    Args:
        size: octets.
        limit: octets that are kept; of more they are only counted.
    """

    def __init__(self, size: int, limit: int) -> None:
        self._missing = size
        self._kept = bytearray()
        self.too_big = size > limit

    def feed(self, data: bytes) -> bytes | None:
        """Take over octets; gives those that follow the end, None before the end."""
        part, rest = data[: self._missing], data[self._missing :]
        self._missing -= len(part)
        if not self.too_big:
            self._kept += part
        return None if self._missing else rest

    @property
    def message(self) -> bytes:
        """The octets."""
        return bytes(self._kept)


def with_line_ends(message: bytes) -> bytes:
    """A message whose every line ends with CRLF, as Exchange writes it when it is read again."""
    ended = BARE.sub(b"\r\n", message)
    return ended if ended.endswith(b"\r\n") else ended + b"\r\n"
