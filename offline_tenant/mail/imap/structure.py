"""ENVELOPE and BODYSTRUCTURE (RFC 3501, 7.4.2)."""

from email.header import Header
from email.utils import getaddresses
from typing import Final

from offline_tenant.mail.imap.wire import string
from offline_tenant.mail.mime import Part

ADDRESS_FIELDS: Final = (b"From", b"Sender", b"Reply-To", b"To", b"Cc", b"Bcc")
DEFAULTED: Final = (b"Sender", b"Reply-To")  # From stands for them where they are missing


def envelope(part: Part) -> bytes:
    """The ENVELOPE of a message."""
    addresses = [_addresses(part, name) for name in ADDRESS_FIELDS]
    values = [
        string(part.value(b"Date")),
        string(part.value(b"Subject")),
        *addresses,
        string(part.value(b"In-Reply-To")),
        string(part.value(b"Message-ID")),
    ]
    return b"(" + b" ".join(values) + b")"


def body(part: Part, *, extended: bool) -> bytes:
    """The BODYSTRUCTURE of a message or a part; without extension data it is BODY."""
    if part.main_type == "multipart" and part.children:
        return _multipart(part, extended=extended)
    values = [
        _word(part.main_type),
        _word(part.sub_type),
        _parameters(
            part, "content-type", default=[("charset", "us-ascii")] if part.main_type == "text" else []
        ),
        string(part.value(b"Content-ID")),
        string(part.value(b"Content-Description")),
        _word(part.first_word("content-transfer-encoding") or "7bit"),
        b"%d" % len(part.body),
    ]
    if part.is_message and part.children:
        inner = part.children[0]
        values += [envelope(inner), body(inner, extended=extended)]
    if part.main_type == "text" or part.is_message:
        values.append(b"%d" % part.body.count(b"\n"))
    if extended:
        values += [string(part.value(b"Content-MD5")), *_extension(part)]
    return b"(" + b" ".join(values) + b")"


def _multipart(part: Part, *, extended: bool) -> bytes:
    parts = b"".join(body(child, extended=extended) for child in part.children)
    values = [parts, _word(part.sub_type)]
    if extended:
        values += [_parameters(part, "content-type"), *_extension(part)]
    return b"(" + b" ".join(values) + b")"


def _extension(part: Part) -> list[bytes]:
    kind = part.first_word("content-disposition")
    disposition = b"(%b %b)" % (_word(kind), _parameters(part, "content-disposition")) if kind else b"NIL"
    return [disposition, string(part.value(b"Content-Language")), string(part.value(b"Content-Location"))]


def _parameters(part: Part, field: str, default: list[tuple[str, str]] | None = None) -> bytes:
    pairs = part.parameters(field) or default
    if not pairs:
        return b"NIL"
    return b"(" + b" ".join(b"%b %b" % (_word(name), _word(value)) for name, value in pairs) + b")"


def _addresses(part: Part, name: bytes) -> bytes:
    value = part.value(name) or (part.value(b"From") if name in DEFAULTED else None)
    found = getaddresses([value.decode("latin-1")]) if value else []
    listed = b"".join(_address(*pair) for pair in found if any(pair))
    return b"(" + listed + b")" if listed else b"NIL"


def _address(name: str, address: str) -> bytes:
    local, _, domain = address.rpartition("@") if "@" in address else (address, "", "")
    values = [_latin(name) if name else None, None, _latin(local), _latin(domain)]
    return b"(" + b" ".join(string(value) for value in values) + b")"


def _word(text: str) -> bytes:
    return string(text.encode() if text.isascii() else Header(text, "utf-8").encode().encode())


def _latin(text: str) -> bytes:
    return text.encode("latin-1", "replace")
