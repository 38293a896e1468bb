"""Whether a login may send the message that it brought, and as whom.

Exchange asks when the message is there: first it opens the mailbox, then it compares the From field, then the
sender of the envelope. An application that RBAC for Applications let in needs no permission of any mailbox, but
stays within its scope.
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/smtp-app-rbac-onboarding
"""

from email.utils import getaddresses

from offline_tenant.exchange import groups
from offline_tenant.exchange.access import has_full_access, has_send_as, mailbox_of
from offline_tenant.exchange.smtp_app_access import in_scope
from offline_tenant.mail.mime import FOLD, Part
from offline_tenant.mail.smtp import texts, transport
from offline_tenant.mail.smtp.session import Envelope, RefusedError, Reply, Session
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant


def submit(session: Session, envelope: Envelope, raw: bytes) -> Reply:
    """Take a message over, or refuse it.

    Args:
        session: with a login.
        envelope: sender and recipients.
        raw: the message with CRLF line ends.

    Raises:
        RefusedError: the login may not send it, or has sent too much.
    """
    # A message that is refused later does not count: what a command changes is undone where it raises.
    if session.limits and (excess := session.limits.submit(session.login, len(envelope.recipients), session)):
        raise RefusedError(texts.excess(excess))
    _check(session, envelope, Part(raw))
    return texts.accepted(transport.send(session, envelope, raw))


def _check(session: Session, envelope: Envelope, message: Part) -> None:
    if not session.login.by_scope and not has_full_access(session.tenant, session.sender, session.principal):
        raise RefusedError(texts.LOGON_FAILED)
    for address in _authors(message) or [envelope.sender]:
        if not _may_send_as(session, address):
            raise RefusedError(texts.send_as_denied(_name(session), address))
    if envelope.sender and not _may_send_as(session, envelope.sender):
        raise RefusedError(texts.SEND_AS_REFUSED)


def _authors(message: Part) -> list[str]:
    # As the field stands there: an encoded word may hide anything, but never an address (RFC 2047, 5).
    values = [FOLD.sub(b"", raw.split(b":", 1)[1]) for name, raw in message.fields if name.lower() == b"from"]
    found = getaddresses([value.strip().decode("utf-8", "replace") for value in values])
    return [address for _, address in found if address]


def _name(session: Session) -> str:
    shown = session.sender if session.login.app_only else session.principal
    return str(shown["PrimarySmtpAddress"])


def _may_send_as(session: Session, address: str) -> bool:
    recipient = _recipient(session.tenant, address)
    if recipient is None:
        return False
    if session.login.by_scope:
        return in_scope(session.tenant, session.principal, recipient) is True
    # FullAccess is enough for an application to send as the mailbox that it opened, but not for a person.
    opened = session.login.app_only and recipient["Guid"] == session.sender["Guid"]
    return opened or has_send_as(session.tenant, recipient, session.principal)


def _recipient(tenant: Tenant, address: str) -> Document | None:
    found = tenant.documents(groups.KIND).find("EmailAddresses", f"smtp:{address}")
    return mailbox_of(tenant, address) or (found[0] if found else None)
