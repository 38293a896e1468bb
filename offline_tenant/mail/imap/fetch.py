"""FETCH: what can be asked of a message, and how it is shown (RFC 3501, 6.4.5 and 7.4.2)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.mail.imap import structure, wire
from offline_tenant.mail.imap.session import Selected
from offline_tenant.mail.imap.wire import BadArgumentError, Cursor
from offline_tenant.mail.mime import Part
from offline_tenant.mail.store import Message

ITEM: Final = re.compile(rb"[A-Za-z0-9.]+")
PATH: Final = re.compile(rb"[1-9]\d{0,5}(?:\.[1-9]\d{0,5})*")
PARTIAL: Final = re.compile(rb"<(\d{1,10})\.(\d{1,10})>")
TEXTS: Final = (b"HEADER.FIELDS.NOT", b"HEADER.FIELDS", b"HEADER", b"TEXT", b"MIME")

MACROS: Final[Mapping[bytes, tuple[bytes, ...]]] = {
    b"ALL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE"),
    b"FAST": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
    b"FULL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY"),
}


@dataclass(frozen=True)
class Fetched:
    """One message while it is fetched.

    Args:
        selected: the folder that it is in.
        message: the message.
        part: its content.
    """

    selected: Selected
    message: Message
    part: Part


@dataclass(frozen=True)
class Item:
    """One thing that a FETCH asks for.

    Args:
        label: how the response calls it.
        show: its value.
        marks_seen: whether fetching it marks it as seen.
        whole: whether the message's content is needed for it.
    """

    label: bytes
    show: Callable[[Fetched], bytes]
    marks_seen: bool = False
    whole: bool = True


SIMPLE: Final[Mapping[bytes, Item]] = {
    item.label: item
    for item in (
        Item(b"UID", lambda fetched: b"%d" % fetched.message.uid, whole=False),
        Item(
            b"FLAGS",
            lambda fetched: fetched.selected.flags(fetched.message).removeprefix(b"FLAGS "),
            whole=False,
        ),
        Item(b"INTERNALDATE", lambda fetched: wire.date_time(fetched.message.received), whole=False),
        Item(b"RFC822.SIZE", lambda fetched: b"%d" % fetched.message.size, whole=False),
        Item(b"ENVELOPE", lambda fetched: structure.envelope(fetched.part)),
        Item(b"BODY", lambda fetched: structure.body(fetched.part, extended=False)),
        Item(b"BODYSTRUCTURE", lambda fetched: structure.body(fetched.part, extended=True)),
        Item(b"RFC822", lambda fetched: wire.literal(fetched.part.raw), marks_seen=True),
        Item(b"RFC822.HEADER", lambda fetched: wire.literal(fetched.part.header)),
        Item(b"RFC822.TEXT", lambda fetched: wire.literal(fetched.part.body), marks_seen=True),
    )
}


def items(arguments: Cursor) -> list[Item]:
    """What a FETCH asks for, each thing once.

    Raises:
        BadArgumentError: there is no such thing.
    """
    found = arguments.listed(lambda: _item(arguments)) if arguments.ahead(b"(") else _macro_or_item(arguments)
    return list({item.label: item for item in found}.values())


def line(number: int, asked: list[Item], fetched: Fetched) -> bytes:
    """The untagged FETCH response of one message."""
    pairs = b" ".join(b"%b %b" % (item.label, item.show(fetched)) for item in asked)
    return b"%d FETCH (%b)" % (number, pairs)


def _macro_or_item(arguments: Cursor) -> list[Item]:
    for name, labels in MACROS.items():
        if arguments.skip(name):
            return [SIMPLE[label] for label in labels]
    return [_item(arguments)]


def _item(arguments: Cursor) -> Item:
    name = arguments.match(ITEM)[0].upper()
    if name in (b"BODY", b"BODY.PEEK") and arguments.skip(b"["):
        return _section(arguments, peek=name == b"BODY.PEEK")
    if name not in SIMPLE:
        raise BadArgumentError
    return SIMPLE[name]


def _section(arguments: Cursor, *, peek: bool) -> Item:
    path = arguments.match(PATH)[0] if not arguments.ahead(b"]") and arguments.at(PATH) else b""
    text = b""
    if not arguments.ahead(b"]"):
        if path:
            arguments.expect(b".")
        text = next((name for name in TEXTS if arguments.skip(name)), b"")
        if not text or (text == b"MIME" and not path):
            raise BadArgumentError
    fields = _fields(arguments) if text.startswith(b"HEADER.FIELDS") else []
    arguments.expect(b"]")
    label = b"BODY[" + b".".join(filter(None, (path, text))) + _field_list(fields) + b"]"
    return _cut(arguments, label, _reader(path, text, fields), marks_seen=not peek)


def _cut(arguments: Cursor, label: bytes, read: Callable[[Part], bytes | None], *, marks_seen: bool) -> Item:
    if not arguments.ahead(b"<"):
        return Item(label, lambda fetched: _literal(read(fetched.part)), marks_seen)
    partial = arguments.match(PARTIAL)
    start, length = int(partial[1]), int(partial[2])
    if not length:
        raise BadArgumentError

    def show(fetched: Fetched) -> bytes:
        value = read(fetched.part)
        return _literal(None if value is None else value[start : start + length])

    return Item(b"%b<%d>" % (label, start), show, marks_seen)


def _literal(value: bytes | None) -> bytes:
    return b"NIL" if value is None else wire.literal(value)


def _fields(arguments: Cursor) -> list[bytes]:
    arguments.space()
    return arguments.listed(arguments.astring)


def _field_list(fields: list[bytes]) -> bytes:
    return b" (" + b" ".join(fields) + b")" if fields else b""


def _reader(path: bytes, text: bytes, fields: list[bytes]) -> Callable[[Part], bytes | None]:
    numbers = [int(number) for number in path.split(b".")] if path else []
    names = {field.lower() for field in fields}

    def read(message: Part) -> bytes | None:
        part = _part(message, numbers)
        if part is None:
            return None
        if text in (b"", b"MIME"):
            return _plain(part, text, numbers)
        inner = part if not numbers else (part.children[0] if part.is_message and part.children else None)
        return None if inner is None else _shown(inner, text, names)

    return read


def _part(message: Part, numbers: list[int]) -> Part | None:
    part, inside = message, _parts(message)
    for number in numbers:
        if number > len(inside):
            return None
        part = inside[number - 1]
        inside = _parts_below(part) if part.children else []
    return part


def _parts(message: Part) -> list[Part]:
    # A message that is not cut into parts has one: its body.
    return message.children if message.main_type == "multipart" and message.children else [message]


def _parts_below(part: Part) -> list[Part]:
    # The parts of a message within a message are counted as its own.
    return _parts(part.children[0]) if part.is_message else part.children


def _plain(part: Part, text: bytes, numbers: list[int]) -> bytes:
    if text == b"MIME":
        return part.header
    return part.body if numbers else part.raw


def _shown(part: Part, text: bytes, names: set[bytes]) -> bytes:
    if text == b"TEXT":
        return part.body
    if text == b"HEADER":
        return part.header
    excluded = text == b"HEADER.FIELDS.NOT"
    return b"".join(raw for name, raw in part.fields if (name.lower() in names) != excluded) + b"\r\n"
