"""Exchange's cmdlets as plain values: calls that go out, records that come back, errors by name; a file a noun. No I/O.

Source of cmdlets and properties: learn.microsoft.com/powershell/module/exchangepowershell.
"""

from typing import Final

from mailgrant.exchange.cmdlets import (
    application_scope,
    authentication_policy,
    cas_mailbox,
    mailbox,
    permissions,
    recipient,
    service_principal,
    transport_config,
)

# All cmdlets that mailgrant uses: a session imports these and no others.
CMDLETS: Final = (
    *service_principal.CMDLETS,
    *permissions.CMDLETS,
    *cas_mailbox.CMDLETS,
    *transport_config.CMDLETS,
    *authentication_policy.CMDLETS,
    *application_scope.CMDLETS,
    *mailbox.CMDLETS,
    *recipient.CMDLETS,
)
