"""What the mail servers ask of Exchange: which principal a token stands for, what it may open and send as.

They see Exchange's directory as it has reached them (``state.propagation``), which may be later than cmdlets show it.
"""

from typing import Final

from offline_tenant.exchange import organization
from offline_tenant.exchange.groups import security_groups_of
from offline_tenant.exchange.names import SELF_SID
from offline_tenant.state import propagation
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

SMTP_SWITCH: Final = "SmtpClientAuthenticationDisabled"
FULL_ACCESS: Final = "FullAccess"
SEND_AS: Final = "SendAs"
# Where a right is kept: opening is an entry of the mailbox, sending one of its recipient.
KINDS: Final = {FULL_ACCESS: "mailboxPermissions", SEND_AS: "recipientPermissions"}


def principal_of(tenant: Tenant, object_id: str) -> Document | None:
    """The Exchange service principal whose ObjectId is the ``oid`` of a token, or None.

    It has AppId, ObjectId, DisplayName, Guid and Sid. One that was made with the object id of the app
    registration exists, but no token ever carries that id.
    """
    return next(iter(propagation.found(tenant, "exchangeServicePrincipals", "ObjectId", object_id)), None)


def mailbox_of(tenant: Tenant, address: str) -> Document | None:
    """The mailbox that has this SMTP address, as its primary one or as an alias, or None.

    It has Guid (its key everywhere in the tenant), PrimarySmtpAddress, DisplayName, RecipientTypeDetails and Sid,
    and what Set-CASMailbox has changed: ImapEnabled and PopEnabled (absent is True) and
    SmtpClientAuthenticationDisabled (absent or None follows the organization).
    """
    for mailbox in tenant.documents("mailboxes").find("EmailAddresses", f"smtp:{address}"):
        return propagation.overlaid(tenant, "casMailboxes", mailbox["Guid"], mailbox)
    return None


def smtp_auth_is_off(tenant: Tenant, mailbox: Document) -> str | None:
    """Whether SMTP AUTH is off for the ``Mailbox`` or, where that says nothing, for its ``Tenant``; None if on.

    Args:
        tenant: where it lives.
        mailbox: as from ``mailbox_of``.
    """
    own: bool | None = mailbox.get(SMTP_SWITCH)
    if own is not None:
        return "Mailbox" if own else None
    arrived = propagation.seen(tenant, "transportConfig", organization.TRANSPORT) or {}
    everybody = arrived.get(SMTP_SWITCH, organization.DEFAULTS[organization.TRANSPORT][SMTP_SWITCH])
    return "Tenant" if everybody else None


def has_full_access(tenant: Tenant, mailbox: Document, principal: Document) -> bool:
    """Whether a principal may open a mailbox: FullAccess is granted to it or a group of its, and not denied.

    Args:
        tenant: where both live.
        mailbox: as from ``mailbox_of``.
        principal: whatever has a Sid: a service principal, or the mailbox of a person.
    """
    return _has(tenant, mailbox, principal, FULL_ACCESS)


def has_send_as(tenant: Tenant, mailbox: Document, principal: Document) -> bool:
    """Whether a principal may send as a mailbox: SendAs is granted to it or a group of its, and not denied.

    A person may send as their own mailbox by the entry of SELF that it has from birth.

    Args:
        tenant: where both live.
        mailbox: as from ``mailbox_of``, or another recipient.
        principal: whatever has a Sid: a service principal, or the mailbox of a person.
    """
    return _has(tenant, mailbox, principal, SEND_AS)


def entry_id(recipient: Document, sid: str, *, deny: bool) -> str:
    """The id of the access control entry that a mailbox or another recipient has for a trustee."""
    return f"{recipient['Guid']}/{sid}/{'deny' if deny else 'allow'}"


def _has(tenant: Tenant, mailbox: Document, principal: Document, right: str) -> bool:
    sids = _sids(tenant, mailbox, principal)
    return any(_entry(tenant, mailbox, sid, right, deny=False) for sid in sids) and not any(
        _entry(tenant, mailbox, sid, right, deny=True) for sid in sids
    )


def _sids(tenant: Tenant, mailbox: Document, principal: Document) -> list[str]:
    own = [SELF_SID] if principal["Sid"] == mailbox["Sid"] else []
    return [principal["Sid"], *own, *security_groups_of(tenant, principal["Sid"])]


def _entry(tenant: Tenant, mailbox: Document, sid: str, right: str, *, deny: bool) -> bool:
    entry = propagation.seen(tenant, KINDS[right], entry_id(mailbox, sid, deny=deny))
    return entry is not None and right in entry["AccessRights"]
