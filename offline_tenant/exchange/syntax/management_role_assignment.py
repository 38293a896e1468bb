"""*-ManagementRoleAssignment: roles of applications; those of people and groups are shown, and not changed."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import ANY_IDENTITY, IDENTITY, Parameter, Syntax, refused
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT, one_of

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.ExchangeRoleAssignmentPresentation"
SCOPES: Final = (
    Parameter("CustomResourceScope"),
    Parameter("RecipientGroupScope"),
    *refused(
        TEXT,
        *("RecipientAdministrativeUnitScope", "CustomRecipientWriteScope", "ExclusiveRecipientWriteScope"),
        *("RecipientOrganizationalUnitScope", "RecipientRelativeWriteScope"),
    ),
    *refused(SWITCH, "Force"),
)

ROWS: Final = (
    Syntax(
        "New-ManagementRoleAssignment",
        (
            Parameter("Name", position=0),
            Parameter("Role", mandatory=True),
            Parameter("App"),
            *SCOPES,
            *refused(TEXT, "User", "SecurityGroup", "Policy", "Computer"),
            *refused(SWITCH, "Delegating"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax(
        "Get-ManagementRoleAssignment",
        (
            ANY_IDENTITY,
            Parameter("Role"),
            Parameter("RoleAssignee"),
            Parameter(
                "RoleAssigneeType",
                one_of(
                    "Microsoft.Exchange.Data.Directory.SystemConfiguration.RoleAssigneeType",
                    *(
                        "User",
                        "SecurityGroup",
                        "RoleAssignmentPolicy",
                        "ForeignSecurityPrincipal",
                        "RoleGroup",
                    ),
                    *("LinkedRoleGroup", "Computer", "ServicePrincipal"),
                ),
            ),
            Parameter("Enabled", BOOLEAN),
            Parameter("Delegating", BOOLEAN),
            *refused(
                TEXT,
                *("AssignmentMethod", "ConfigWriteScope", "CustomRecipientWriteScope", "RecipientWriteScope"),
                *("ExclusiveRecipientWriteScope", "RecipientAdministrativeUnitScope", "RecipientGroupScope"),
                *("RecipientOrganizationalUnitScope", "WritableRecipient"),
            ),
            *refused(SWITCH, "GetEffectiveUsers"),
        ),
        OUTPUT,
    ),
    Syntax(
        "Set-ManagementRoleAssignment",
        (IDENTITY, Parameter("Enabled", BOOLEAN), *SCOPES),
        OUTPUT,
        "asked",
    ),
    Syntax("Remove-ManagementRoleAssignment", (IDENTITY, *refused(SWITCH, "Force")), OUTPUT, "always"),
)
