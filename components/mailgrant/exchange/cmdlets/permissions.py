"""*-MailboxPermission and *-RecipientPermission: who may open a mailbox, and send as it."""

from typing import Any, Final

from mailgrant.exchange.cmdlets.call import CONFIRMED, Call, Record, is_true, text
from mailgrant.exchange.cmdlets.service_principal import ServicePrincipalRecord

CMDLETS: Final = (
    *("Add-MailboxPermission", "Get-MailboxPermission", "Remove-MailboxPermission"),
    *("Add-RecipientPermission", "Get-RecipientPermission", "Remove-RecipientPermission"),
)
ALL: Final = {"InheritanceType": "All"}


def add_full_access(mailbox: str, principal: str, *, automapping: bool = False) -> Call:
    """Let a principal open a mailbox.

    Args:
        mailbox: its address.
        principal: the ObjectId of the service principal.
        automapping: let it appear in the Outlook of the principal, which only makes sense for people.
    """
    parameters = _full_access(mailbox, principal) | {"AutoMapping": automapping}
    return Call("Add-MailboxPermission", parameters, target=mailbox)


def remove_full_access(mailbox: str, principal: str) -> Call:
    """Take it back."""
    return Call("Remove-MailboxPermission", _full_access(mailbox, principal), target=mailbox)


def _full_access(mailbox: str, principal: str) -> dict[str, Any]:
    given = {"Identity": mailbox, "User": principal, "AccessRights": ["FullAccess"]}
    return {**given, **ALL, **CONFIRMED}


def add_send_as(mailbox: str, principal: str) -> Call:
    """Let a principal send as the mailbox's address."""
    return Call("Add-RecipientPermission", _send_as(mailbox, principal), target=mailbox)


def remove_send_as(mailbox: str, principal: str) -> Call:
    """Take it back."""
    return Call("Remove-RecipientPermission", _send_as(mailbox, principal), target=mailbox)


def _send_as(mailbox: str, principal: str) -> dict[str, Any]:
    return {"Identity": mailbox, "Trustee": principal, "AccessRights": ["SendAs"], **CONFIRMED}


def get_recipient_permissions(mailbox: str) -> Call:
    """Who may send as a mailbox. No trustee is asked for: the cmdlet compares security ids, and can miss some."""
    return Call("Get-RecipientPermission", {"Identity": mailbox}, target=mailbox)


def get_mailbox_permissions(mailbox: str) -> Call:
    """Who may do what with a mailbox."""
    return Call("Get-MailboxPermission", {"Identity": mailbox}, target=mailbox)


def grants_full_access(record: Record, principal: ServicePrincipalRecord) -> bool:
    """Whether a record of Get-MailboxPermission lets this principal open the mailbox."""
    trustees = (text(record, "User"), text(record, "UserSid"))
    allowed = not is_true(record.get("Deny")) and not is_true(record.get("IsInherited"))
    return allowed and "fullaccess" in access_rights(record) and principal.is_one_of(trustees)


def grants_send_as(record: Record, principal: ServicePrincipalRecord) -> bool:
    """Whether a record of Get-RecipientPermission lets this principal send as the mailbox."""
    trustees = (text(record, "Trustee"), text(record, "TrusteeSidString"))
    allowed = text(record, "AccessControlType").lower() != "deny" and not is_true(record.get("IsInherited"))
    return allowed and "sendas" in access_rights(record) and principal.is_one_of(trustees)


def access_rights(record: Record) -> frozenset[str]:
    """Rights in small letters; Exchange gives a list, one text, or texts joined by commas."""
    value = record.get("AccessRights")
    texts = value if isinstance(value, list) else [value]
    return frozenset(right.strip().lower() for text in texts if text for right in str(text).split(","))
