"""*-ServicePrincipal."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import ANY_IDENTITY, IDENTITY, Parameter, Syntax, refused
from offline_tenant.exchange.values import BOOLEAN, TEXT

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.ServicePrincipal"

ROWS: Final = (
    Syntax(
        "New-ServicePrincipal",
        (
            Parameter("AppId", mandatory=True),
            Parameter("ObjectId", mandatory=True, aliases=("ServiceId",)),
            Parameter("DisplayName"),
            *refused(TEXT, "Organization"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax(
        "Get-ServicePrincipal",
        (ANY_IDENTITY, *refused(TEXT, "Organization")),
        OUTPUT,
    ),
    Syntax(
        "Set-ServicePrincipal",
        (
            IDENTITY,
            Parameter("DisplayName"),
            Parameter("OverrideEnforceExoAppRbacPermissions", BOOLEAN),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax("Remove-ServicePrincipal", (IDENTITY,), OUTPUT, "always"),
    Syntax(
        "Test-ServicePrincipalAuthorization",
        (IDENTITY, Parameter("Resource")),
        "Microsoft.Exchange.Management.RbacTasks.ServicePrincipalAuthorization",
        "asked",
    ),
)
