"""What Exchange tells the sender about recipients: delivery reports (RFC 3461, 3464, 6522)."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Final

from offline_tenant.exchange.names import organization
from offline_tenant.mail.mime import Part
from offline_tenant.mail.smtp import texts, wire
from offline_tenant.mail.smtp.session import Envelope, Recipient, Session

# The address that every organization's reports come from.
REPORTER: Final = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"


@dataclass(frozen=True)
class Action:
    """What can be told about a recipient.

    Args:
        condition: the word of NOTIFY that asks for it.
        name: the Action field.
        status: the Status field.
        subject: what stands before the message's own subject.
        words: the sentence for people, above the addresses.
        diagnostic: the Diagnostic-Code field, or None.
    """

    condition: str
    name: str
    status: str
    subject: str
    words: str
    diagnostic: str | None = None


DELIVERED: Final = Action(
    "SUCCESS",
    "delivered",
    "2.0.0",
    "Delivered: ",
    "Your message has been delivered to the following recipients:",
)
RELAYED: Final = Action(
    "SUCCESS",
    "relayed",
    "2.0.0",
    "Relayed: ",
    "Delivery to these recipients or groups is complete, but no delivery notification was sent by the "
    "destination server:",
)
FAILED: Final = Action(
    "FAILURE",
    "failed",
    "5.1.10",
    "Undeliverable: ",
    "Delivery has failed to these recipients or groups:",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
)


@dataclass(frozen=True)
class Told:
    """One recipient of a report's message, and what became of it."""

    recipient: Recipient
    action: Action


def written(session: Session, envelope: Envelope, told: Sequence[Told], message: bytes) -> bytes:
    """A report as it travels.

    Args:
        session: the login that sent the message.
        envelope: of the message.
        told: recipients of the same action, at least one.
        message: what was sent.
    """
    action, original = told[0].action, Part(message)
    boundary = f"_{session.installation.ids.uuid()}_"
    parts = (
        ("text/plain; charset=utf-8", _words(action, told)),
        ("message/delivery-status", _status(envelope, told)),
        ("text/rfc822-headers", original.header) if envelope.headers_only else ("message/rfc822", message),
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Type: {type_}\r\n\r\n".encode() + content + b"\r\n"
        for type_, content in parts
    )
    return _header(session, envelope, action, original, boundary) + body + f"--{boundary}--\r\n".encode()


def _header(session: Session, envelope: Envelope, action: Action, original: Part, boundary: str) -> bytes:
    reporter = f"{REPORTER}@{organization(session.tenant)}"
    fields = (
        f"Date: {format_datetime(session.installation.clock.now())}",
        f"From: Microsoft Outlook <{reporter}>",
        f"To: {envelope.sender}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        f"Message-ID: <{session.installation.ids.uuid()}@{texts.STORE}>",
        "Auto-Submitted: auto-replied",
    )
    header = "".join(f"{line}\r\n" for line in fields).encode()
    subject = action.subject.encode() + (original.value(b"Subject") or b"")
    answered = original.value(b"Message-ID")
    reference = b"In-Reply-To: " + answered + b"\r\n" if answered else b""
    return header + b"Subject: " + subject + b"\r\n" + reference + b"\r\n"


def _words(action: Action, told: Sequence[Told]) -> bytes:
    lines = [action.words, "", *(one.recipient.address for one in told), ""]
    if action.diagnostic:
        lines += ["Remote server returned:", action.diagnostic, ""]
    return "\r\n".join(lines).encode()


def _status(envelope: Envelope, told: Sequence[Told]) -> bytes:
    of_message = [f"Reporting-MTA: dns;{texts.STORE}"]
    if envelope.id:
        of_message.insert(0, f"Original-Envelope-Id: {envelope.id}")
    groups = [of_message, *(_fields(one) for one in told)]
    return "\r\n\r\n".join("\r\n".join(group) for group in groups).encode() + b"\r\n"


def _fields(one: Told) -> list[str]:
    fields = [
        f"Final-Recipient: rfc822;{one.recipient.address}",
        f"Action: {one.action.name}",
        f"Status: {one.action.status}",
    ]
    if one.recipient.original:
        fields.insert(0, f"Original-Recipient: {wire.unquoted(one.recipient.original)}")
    if one.action.diagnostic:
        fields.append(f"Diagnostic-Code: smtp;{one.action.diagnostic}")
    return fields
