"""What the mail servers ask of Exchange: which principal a token stands for, and what it may open."""

from typing import Any

from offline_tenant.exchange.names import SELF_SID
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

FULL_ACCESS = "FullAccess"


def principal_of(tenant: Tenant, object_id: str) -> Document | None:
    """The Exchange service principal whose ObjectId is the ``oid`` of a token, or None.

    It has AppId, ObjectId, DisplayName, Guid and Sid. One that was made with the object id of the app
    registration exists, but no token ever carries that id.
    """
    return next(iter(tenant.documents("exchangeServicePrincipals").find("ObjectId", object_id)), None)


def mailbox_of(tenant: Tenant, address: str) -> Document | None:
    """The mailbox that has this SMTP address, as its primary one or as an alias, or None.

    It has Guid (its key everywhere in the tenant), PrimarySmtpAddress, DisplayName, RecipientTypeDetails and Sid.
    """
    return next(iter(tenant.documents("mailboxes").find("EmailAddresses", f"smtp:{address}")), None)


def has_full_access(tenant: Tenant, mailbox: Document, principal: Document) -> bool:
    """Whether a principal may open a mailbox: FullAccess is granted to it and not denied.

    Args:
        tenant: where both live.
        mailbox: as from ``mailbox_of``.
        principal: whatever has a Sid: a service principal, or the mailbox of a person.
    """
    sids = [principal["Sid"], *([SELF_SID] if principal["Sid"] == mailbox["Sid"] else [])]
    return any(_entry(tenant, mailbox, sid, deny=False) for sid in sids) and not any(
        _entry(tenant, mailbox, sid, deny=True) for sid in sids
    )


def entry_id(mailbox: Document, sid: str, *, deny: bool) -> str:
    """The id of the access control entry that a mailbox has for a trustee."""
    return f"{mailbox['Guid']}/{sid}/{'deny' if deny else 'allow'}"


def _entry(tenant: Tenant, mailbox: Document, sid: str, *, deny: bool) -> bool:
    entry: dict[str, Any] | None = tenant.documents("mailboxPermissions").get(
        entry_id(mailbox, sid, deny=deny)
    )
    return entry is not None and FULL_ACCESS in entry["AccessRights"]
