"""*-CASMailbox: which protocols a mailbox speaks, in the words of the stack file.

https://learn.microsoft.com/powershell/module/exchangepowershell/set-casmailbox
"""

from collections.abc import Mapping
from typing import Any, Final

from mailgrant.exchange.cmdlets.call import CONFIRMED, Call, Record, is_true

CMDLETS: Final = ("Get-CASMailbox", "Set-CASMailbox")

ON, OFF, INHERIT = "on", "off", "inherit"

# The switch in the stack file → the property of the cmdlet, and the property's value for each word.
SWITCHES: Final[Mapping[str, tuple[str, Mapping[str, bool | None]]]] = {
    "imap": ("ImapEnabled", {ON: True, OFF: False}),
    "pop": ("PopEnabled", {ON: True, OFF: False}),
    # Null follows the organization's setting; a mailbox that says something itself comes first.
    "smtp_auth": ("SmtpClientAuthenticationDisabled", {ON: False, OFF: True, INHERIT: None}),
}


def get_protocols(mailbox: str) -> Call:
    """What a mailbox speaks. Get-EXOCasMailbox would be quicker, and does not tell SMTP AUTH."""
    return Call("Get-CASMailbox", {"Identity": mailbox}, target=mailbox)


def set_protocols(mailbox: str, wanted: Mapping[str, str]) -> Call:
    """Turn switches; those that are not named stay.

    Args:
        mailbox: its address.
        wanted: words by switch, as ``{"imap": "on", "smtp_auth": "inherit"}``.
    """
    values = {SWITCHES[switch][0]: SWITCHES[switch][1][word] for switch, word in wanted.items()}
    return Call("Set-CASMailbox", {"Identity": mailbox, **values, **CONFIRMED}, target=mailbox)


def parse_protocols(record: Record) -> dict[str, str]:
    """The word of every switch."""
    return {switch: _word(record.get(name), words) for switch, (name, words) in SWITCHES.items()}


def _word(value: Any, words: Mapping[str, bool | None]) -> str:
    meant = None if value in (None, "") and None in words.values() else is_true(value)
    return next(word for word, property_value in words.items() if property_value is meant)
