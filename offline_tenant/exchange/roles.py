"""Who may run which cmdlet: directory roles give management roles, and those give cmdlets.

Which directory roles Exchange accepts from an application:
https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2
What the role groups behind them hold: https://learn.microsoft.com/exchange/permissions-exo/permissions-exo
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from offline_tenant.exchange.syntax import ROWS

MANAGE_AS_APP: Final = "Exchange.ManageAsApp"
NO_ROLE: Final = (
    "The role assigned to application {} isn't supported in this scenario. Please check online documentation for "
    "assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication."
)

READ_RECIPIENTS: Final = (
    *("Get-Mailbox", "Get-EXO*", "Get-MailboxPermission", "Get-RecipientPermission", "Get-Recipient"),
    *("Get-CASMailbox", "Get-User", "Get-Group", "Get-DistributionGroup*"),
)
# Management role → patterns of its cmdlets.
MANAGEMENT_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "Distribution Groups": ("*-DistributionGroup*", "Get-Recipient", "Get-EXORecipient*"),
    "Mail Recipient Creation": (*READ_RECIPIENTS, "*-MailboxPermission", "*-RecipientPermission"),
    "Mail Recipients": (
        *READ_RECIPIENTS,
        *("*-MailboxPermission", "*-RecipientPermission", "*-CASMailbox", "*-CASMailboxPlan", "Set-Mailbox"),
        *("Set-User", "Get-AuthenticationPolicy"),
    ),
    "Organization Configuration": (
        *("*-OrganizationConfig", "*-AuthenticationPolicy", "Enable-OrganizationCustomization"),
    ),
    "Organization Transport Settings": ("*-TransportConfig",),
    "Recipient Policies": ("*-AuthenticationPolicy", "*-CASMailboxPlan"),
    "Role Management": (
        *("*-ServicePrincipal", "Test-ServicePrincipalAuthorization", "*-ManagementScope"),
        *("*-ManagementRoleAssignment", "*-RecipientPermission"),
    ),
    "User Options": (*READ_RECIPIENTS, "Set-CASMailbox", "Set-User"),
    "View-Only Configuration": (
        *("Get-ServicePrincipal", "Get-ManagementScope", "Get-ManagementRoleAssignment"),
        *("Get-TransportConfig", "Get-OrganizationConfig", "Get-AuthenticationPolicy", "Get-CASMailboxPlan"),
    ),
    "View-Only Recipients": READ_RECIPIENTS,
}
# Role group → management roles. Those of which nothing is emulated here are left out.
ROLE_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Organization Management": tuple(MANAGEMENT_ROLES),
    "Recipient Management": (
        *("Distribution Groups", "Mail Recipient Creation", "Mail Recipients", "Recipient Policies"),
    ),
    "View-Only Organization Management": ("View-Only Configuration", "View-Only Recipients"),
    "Help Desk": ("User Options", "View-Only Recipients"),
    "Compliance Management": ("View-Only Configuration", "View-Only Recipients"),
}
# Template id of a directory role → the role group that its holders are in.
DIRECTORY_ROLES: Final[Mapping[str, str]] = {
    # Global Administrator
    "62e90394-69f5-4237-9190-012177145e10": "Organization Management",
    # Exchange Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "Organization Management",
    # Exchange Recipient Administrator: service principals need "Role Management", which it has not.
    "31392ffb-586c-42d1-9346-e59415a2cc4e": "Recipient Management",
    # Global Reader
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "View-Only Organization Management",
    # Security Reader, Security Administrator
    "5d6b6bb7-de71-4623-b4af-96380a352509": "View-Only Organization Management",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "View-Only Organization Management",
    # Helpdesk Administrator
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Help Desk",
    # Compliance Administrator
    "17315797-102d-40b4-93e0-432062caca18": "Compliance Management",
}


def accepted(directory_roles: Iterable[str]) -> frozenset[str]:
    """Those of some directory roles that Exchange accepts from an application.

    Args:
        directory_roles: template ids, as in the ``wids`` of a token.
    """
    return frozenset({role.casefold() for role in directory_roles} & DIRECTORY_ROLES.keys())


@cache
def held_cmdlets(directory_roles: frozenset[str]) -> frozenset[str]:
    """The names of the cmdlets, in small letters, that directory roles give together.

    Args:
        directory_roles: as from ``accepted``.
    """
    groups = {DIRECTORY_ROLES[role] for role in directory_roles}
    patterns = {one for group in groups for role in ROLE_GROUPS[group] for one in MANAGEMENT_ROLES[role]}
    return frozenset(
        row.name.casefold() for row in ROWS if any(fnmatchcase(row.name, one) for one in patterns)
    )
