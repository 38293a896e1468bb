"""*-ManagementScope, for recipients."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import ANY_IDENTITY, IDENTITY, Parameter, Syntax, refused
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.ManagementScope"

ROWS: Final = (
    Syntax(
        "New-ManagementScope",
        (
            Parameter("Name", mandatory=True, position=0),
            Parameter("RecipientRestrictionFilter", mandatory=True),
            *refused(TEXT, "RecipientRoot"),
            *refused(SWITCH, "Exclusive", "Force"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax(
        "Get-ManagementScope",
        (ANY_IDENTITY, Parameter("Orphan", SWITCH), *refused(BOOLEAN, "Exclusive")),
        OUTPUT,
    ),
    Syntax(
        "Set-ManagementScope",
        (
            IDENTITY,
            Parameter("Name"),
            Parameter("RecipientRestrictionFilter"),
            *refused(TEXT, "RecipientRoot"),
            *refused(SWITCH, "Force"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax("Remove-ManagementScope", (IDENTITY, *refused(SWITCH, "Force")), OUTPUT, "always"),
)
