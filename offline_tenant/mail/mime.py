"""A message cut into its parts without changing an octet (RFC 2045, 2046, 5322).

The standard library's parser gives values, but not the octets they came from; IMAP and POP need the octets.
"""

import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Headers
from email.utils import collapse_rfc2231_value
from functools import cached_property
from quopri import decodestring
from typing import Final

FIELD: Final = re.compile(rb"^([!-9;-~]+)[ \t]*:(?:[^\r\n]|\r?\n[ \t]|\r(?!\n))*(?:\r?\n|\Z)", re.MULTILINE)
FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
DEPTH_LIMIT: Final = 20  # parts within parts; deeper ones stay one piece


@dataclass(frozen=True)
class Part:
    """A message or one of its parts.

    Args:
        raw: its octets, header and body.
        depth: how many parts it lies in.
    """

    raw: bytes
    depth: int = 0

    @cached_property
    def _split(self) -> tuple[bytes, bytes]:
        if self.raw.startswith((b"\r\n", b"\n")):
            end = self.raw.index(b"\n") + 1
        else:
            blank = re.search(rb"\r?\n\r?\n", self.raw)
            end = blank.end() if blank else len(self.raw)
        return self.raw[:end], self.raw[end:]

    @property
    def header(self) -> bytes:
        """The header with the empty line that ends it."""
        return self._split[0]

    @property
    def body(self) -> bytes:
        """What follows the header."""
        return self._split[1]

    @cached_property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """Name and octets of each header field, its line end included, in order."""
        return [(match[1], match[0]) for match in FIELD.finditer(self.header)]

    def value(self, name: bytes) -> bytes | None:
        """The first field of this name, unfolded, or None."""
        found = (raw for field, raw in self.fields if field.lower() == name.lower())
        raw = next(found, None)
        return None if raw is None else FOLD.sub(b"", raw.split(b":", 1)[1]).strip()

    def text_of(self, name: bytes) -> str:
        """All fields of this name as people read them, encoded words decoded; empty if there are none."""
        values = (raw.split(b":", 1)[1] for field, raw in self.fields if field.lower() == name.lower())
        return "\n".join(decoded(FOLD.sub(b"", value).strip()) for value in values)

    @cached_property
    def main_type(self) -> str:
        """``text``, ``multipart``, …; what is not given or not understood is text."""
        return self._content.get_content_maintype()

    @cached_property
    def sub_type(self) -> str:
        """``plain``, ``mixed``, …."""
        return self._content.get_content_subtype()

    def parameters(self, name: str) -> list[tuple[str, str]]:
        """Names and values of a structured field's parameters, its first word left out."""
        return [_parameter(key, value) for key, value in (self._content.get_params(header=name) or [])[1:]]

    def first_word(self, name: str) -> str | None:
        """The word that a structured field begins with, or None."""
        found = self._content.get_params(header=name)
        return found[0][0] if found and found[0][0] else None

    @cached_property
    def children(self) -> list["Part"]:
        """The parts of a multipart, or the message within a message; else none."""
        if self.depth >= DEPTH_LIMIT:
            return []
        if self.main_type == "multipart":
            boundary = {key.lower(): value for key, value in self.parameters("content-type")}.get("boundary")
            pieces = _pieces(self.body, boundary.encode("latin-1", "replace")) if boundary else []
            return [Part(piece, self.depth + 1) for piece in pieces]
        return [Part(self.body, self.depth + 1)] if self.is_message else []

    @property
    def is_message(self) -> bool:
        """Whether the body is a message of its own."""
        return (self.main_type, self.sub_type) == ("message", "rfc822")

    def texts(self) -> Iterable[str]:
        """The decoded text of every text part, for searches."""
        if self.main_type == "text":
            charset = dict(self.parameters("content-type")).get("charset", "latin-1")
            yield _text(_transfer_decoded(self.body, self.first_word("content-transfer-encoding")), charset)
        for child in self.children:
            yield from child.texts()

    @cached_property
    def _content(self) -> Headers:
        headers = Headers()
        for name in (b"content-type", b"content-disposition", b"content-transfer-encoding"):
            if value := self.value(name):
                headers[name.decode()] = value.decode("latin-1")
        return headers


def decoded(value: bytes) -> str:
    """A header's value as people read it (RFC 2047); what cannot be decoded stays as it is."""
    text = _text(value, "utf-8")
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    line = rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    marks = list(re.finditer(line, body))
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    pieces = []
    for mark, end in zip(marks, ends, strict=False):
        if mark[1]:
            break
        # Two delimiters in a row share their line end.
        pieces.append(body[mark.end() : max(end, mark.end())])
    return pieces


def _parameter(key: str, value: object) -> tuple[str, str]:
    return key, collapse_rfc2231_value(value) if isinstance(value, tuple) else str(value)


def _transfer_decoded(body: bytes, encoding: str | None) -> bytes:
    if (encoding or "").lower() == "quoted-printable":
        return decodestring(body)
    if (encoding or "").lower() == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        return b64decode(letters[: len(letters) // 4 * 4] or b"")
    return body


def _text(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except (LookupError, ValueError):
        return raw.decode("latin-1")
