"""*-RecipientPermission."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import (
    ANY_IDENTITY,
    EXO_IDENTITIES,
    IDENTITY,
    SIZE,
    Parameter,
    Syntax,
    refused,
)
from offline_tenant.exchange.values import SWITCH, TEXTS, any_of

RIGHTS: Final = any_of("Microsoft.Exchange.Management.RecipientTasks.RecipientAccessRight", "SendAs")
OUTPUT: Final = "Microsoft.Exchange.Management.RecipientTasks.RecipientAccessRightPresentationObject"
UNCHECKED: Final = tuple(
    f"SkipDomainValidationFor{kind}" for kind in ("MailContact", "MailUser", "SharedMailbox")
)
WANTED: Final = (Parameter("AccessRights", RIGHTS), Parameter("Trustee"), SIZE)

ROWS: Final = (
    Syntax(
        "Add-RecipientPermission",
        (
            IDENTITY,
            Parameter("AccessRights", RIGHTS, mandatory=True),
            Parameter("Trustee", mandatory=True),
            *(Parameter(name, SWITCH) for name in UNCHECKED),
        ),
        OUTPUT,
        "always",
    ),
    Syntax(
        "Get-RecipientPermission",
        (ANY_IDENTITY, *WANTED, Parameter("IncludeTrusteeWithPrimarySmtpAddress", SWITCH)),
        OUTPUT,
    ),
    Syntax("Get-EXORecipientPermission", (*EXO_IDENTITIES, *WANTED), OUTPUT),
    Syntax(
        "Remove-RecipientPermission",
        (
            IDENTITY,
            Parameter("AccessRights", RIGHTS, mandatory=True),
            Parameter("Trustee", mandatory=True),
            Parameter("Deny", SWITCH),
            *refused(TEXTS, "MultiTrustees"),
            *(Parameter(name, SWITCH) for name in UNCHECKED),
        ),
        OUTPUT,
        "always",
    ),
)
