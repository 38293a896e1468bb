"""Get-Recipient: what an address is that is no mailbox, or none any more.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-recipient
"""

from collections.abc import Iterator
from typing import Final

from mailgrant.exchange.cmdlets.call import Call, Record, text

CMDLETS: Final = ("Get-Recipient",)
MAILBOX: Final = "UserMailbox"  # the type of every kind of mailbox: of people, shared, of rooms and equipment


def get_recipient(address: str) -> Call:
    """Whatever has this address, and what had it until lately and can still be restored."""
    parameters = {"Identity": address, "IncludeSoftDeletedRecipients": True}
    return Call("Get-Recipient", parameters, target=address)


def kinds(record: Record) -> tuple[str, str]:
    """Of what kind it is, in the wide sense and in the narrow one."""
    return text(record, "RecipientType"), text(record, "RecipientTypeDetails")


def names(record: Record) -> Iterator[str]:
    """All addresses of a mailbox, user, group or other recipient, in small letters."""
    for name in ("PrimarySmtpAddress", "UserPrincipalName", "WindowsEmailAddress"):
        yield text(record, name).lower()
    addresses = record.get("EmailAddresses") or ()
    for address in [addresses] if isinstance(addresses, str) else addresses:
        yield str(address).lower().removeprefix("smtp:")
