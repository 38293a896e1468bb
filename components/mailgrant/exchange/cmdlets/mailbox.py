"""Get-Mailbox: which mailboxes there are, and what their primary addresses are.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-mailbox
"""

from typing import Final

from mailgrant.exchange.cmdlets.call import Call, Record, text

CMDLETS: Final = ("Get-Mailbox",)


def get_mailbox(address: str) -> Call:
    """A mailbox by any of its addresses."""
    return Call("Get-Mailbox", {"Identity": address}, target=address)


def get_mailboxes() -> Call:
    """All of them; without the size, Exchange gives a thousand and a warning."""
    return Call("Get-Mailbox", {"ResultSize": "Unlimited"})


def primary_address(record: Record) -> str:
    """The primary SMTP address, in small letters."""
    return text(record, "PrimarySmtpAddress").lower()
