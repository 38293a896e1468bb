"""*-TransportConfig: SMTP AUTH of the whole organization, in the words of the stack file.

https://learn.microsoft.com/powershell/module/exchangepowershell/set-transportconfig
"""

from collections.abc import Mapping
from typing import Final

from mailgrant.exchange.cmdlets.call import CONFIRMED, Call, Record, is_true

CMDLETS: Final = ("Get-TransportConfig", "Set-TransportConfig")
PROPERTY: Final = "SmtpClientAuthenticationDisabled"
ENABLED, DISABLED = "enabled", "disabled"


def get_transport(organization: str) -> Call:
    """The organization's settings; there is one object of them."""
    return Call("Get-TransportConfig", target=organization)


def set_transport(organization: str, wanted: Mapping[str, str]) -> Call:
    """Turn SMTP AUTH on or off for every mailbox that does not say otherwise itself.

    Args:
        organization: for messages.
        wanted: ``{"smtp_auth": "enabled"}`` or ``{"smtp_auth": "disabled"}``.
    """
    value = wanted["smtp_auth"] == DISABLED
    return Call("Set-TransportConfig", {PROPERTY: value, **CONFIRMED}, target=organization)


def parse_transport(record: Record) -> dict[str, str]:
    """The word of every setting."""
    return {"smtp_auth": DISABLED if is_true(record.get(PROPERTY)) else ENABLED}
