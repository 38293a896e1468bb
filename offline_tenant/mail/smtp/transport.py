"""Where a message goes that was taken over: into the mailboxes of the tenant, and nowhere else.

A copy lies in the sender's Sent Items, as for every client submission since 2018:
https://techcommunity.microsoft.com/blog/exchange/changes-coming-to-the-smtp-authenticated-submission-client-protocol/607825
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Final

from offline_tenant.exchange import groups
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.mail.mime import FIELD, Part
from offline_tenant.mail.smtp import reports, texts
from offline_tenant.mail.smtp.session import Envelope, Recipient, Session
from offline_tenant.mail.store import MailStore, deliver
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

SENT_ITEMS: Final = "Sent Items"
PRODUCT: Final = "15.20.9000.14"

DELIVERED: Final = "delivered"
OUTSIDE: Final = "outside the tenant"  # accepted, and sent nowhere: the offline tenant has no way out
UNKNOWN: Final = "unknown recipient"


@dataclass
class Routes:
    """Where the recipients of one message are.

    Args:
        mailboxes: those that get it, each once, by their key.
        outcomes: what becomes of each recipient.
    """

    mailboxes: dict[str, Document] = field(default_factory=dict)
    outcomes: list[tuple[Recipient, str]] = field(default_factory=list)


def send(session: Session, envelope: Envelope, raw: bytes) -> str:
    """Deliver a message, keep the sender's copy, and report to the sender what was asked for.

    Args:
        session: of the login that may send it.
        envelope: sender and recipients.
        raw: the message with CRLF line ends.

    Returns:
        Its Message-ID.
    """
    tenant, message = session.tenant, _completed(session, envelope, raw)
    routes = _routes(tenant, envelope)
    travelled = _received(session) + _without_bcc(message)
    for mailbox in routes.mailboxes.values():
        deliver(tenant, mailbox, f"Return-Path: {envelope.sender}\r\n".encode() + travelled)
    with tenant.store.transaction():
        MailStore(tenant, session.sender).append(SENT_ITEMS, message, ["\\Seen"])
    _note(session, routes)
    _report(session, envelope, routes, message)
    return (Part(message).value(b"Message-ID") or b"").decode("latin-1")


def _routes(tenant: Tenant, envelope: Envelope) -> Routes:
    routes = Routes()
    for recipient in envelope.recipients:
        found = {mailbox["Guid"]: mailbox for mailbox in _mailboxes(tenant, recipient.address)}
        routes.mailboxes |= found
        routes.outcomes.append((recipient, DELIVERED if found else _elsewhere(tenant, recipient.address)))
    return routes


def _mailboxes(tenant: Tenant, address: str) -> Iterator[Document]:
    if mailbox := mailbox_of(tenant, address):
        yield mailbox
    waiting = tenant.documents(groups.KIND).find("EmailAddresses", f"smtp:{address}")
    opened: set[str] = set()
    while waiting:
        group = waiting.pop()
        if group["Guid"] not in opened:
            opened.add(group["Guid"])
            members = groups.members(tenant, group)
            waiting += [member for member in members if "Members" in member]
            yield from (member for member in members if "Members" not in member)


def _elsewhere(tenant: Tenant, address: str) -> str:
    domain = address.rpartition("@")[2].casefold()
    own = {name.casefold() for name in tenant.registration()["domains"]}
    empty_group = tenant.documents(groups.KIND).find("EmailAddresses", f"smtp:{address}")
    if empty_group:
        return DELIVERED
    return UNKNOWN if domain in own else OUTSIDE


def _completed(session: Session, envelope: Envelope, raw: bytes) -> bytes:
    """The message with the fields that it must have (RFC 6409, 8)."""
    message, now = Part(raw), session.installation.clock.now()
    wanted = {
        "From": envelope.sender,
        "Date": format_datetime(now),
        "Message-ID": f"<{session.installation.ids.uuid()}@{texts.STORE}>",
    }
    missing = (name for name in wanted if message.value(name.encode()) is None)
    added = "".join(f"{name}: {wanted[name]}\r\n" for name in missing).encode()
    # What does not begin with a field is the text already.
    separator = b"" if FIELD.match(raw) or raw.startswith(b"\r\n") else b"\r\n"
    return added + separator + raw


def _without_bcc(message: bytes) -> bytes:
    part = Part(message)
    return FIELD.sub(lambda found: b"" if found[1].lower() == b"bcc" else found[0], part.header) + part.body


def _received(session: Session) -> bytes:
    now = format_datetime(session.installation.clock.now())
    lines = (
        f"Received: from {session.client} ({session.peer}) by {texts.STORE} with Microsoft SMTP",
        f" Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id {PRODUCT}; {now}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


def _note(session: Session, routes: Routes) -> None:
    for recipient, outcome in routes.outcomes:
        session.ledger.count("messages", outcome)
        session.ledger.record(
            {
                "area": "smtp",
                "call": "delivery",
                "mailbox": session.sender["PrimarySmtpAddress"],
                "recipient": recipient.address,
                "reason": outcome,
                "outcome": "failed" if outcome == UNKNOWN else "ok",
            }
        )


def _report(session: Session, envelope: Envelope, routes: Routes, message: bytes) -> None:
    told = [
        reports.Told(recipient, ACTIONS[outcome])
        for recipient, outcome in routes.outcomes
        if ACTIONS[outcome].condition in recipient.notify
    ]
    sender = mailbox_of(session.tenant, envelope.sender) if envelope.sender else None
    if sender is None:
        return
    for action in dict.fromkeys(one.action for one in told):
        group = [one for one in told if one.action is action]
        deliver(session.tenant, sender, reports.written(session, envelope, group, message))


ACTIONS: Final = {DELIVERED: reports.DELIVERED, OUTSIDE: reports.RELAYED, UNKNOWN: reports.FAILED}
