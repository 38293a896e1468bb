"""Policies of the tenant.

https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy, …/appmanagementpolicy, …/authorizationpolicy,
…/identitysecuritydefaultsenforcementpolicy, …/conditionalaccesspolicy
"""

from typing import Final

from offline_tenant.entra.directory.objects import is_uuid
from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.entra.directory.values import Kind, one_of, up_to
from offline_tenant.entra.directory.vocabulary import FLAG, ON, SHOWN, TEXT, TEXTS, TIME, items, of, parts

STATES: Final = one_of("disabled", "enabled")
RESTRICTIONS: Final = parts(
    passwordCredentials=items(
        restrictionType=TEXT,
        state=of(STATES, "enabled"),
        maxLifetime=TEXT,
        restrictForAppsCreatedAfterDateTime=TIME,
    ),
    keyCredentials=items(
        restrictionType=TEXT,
        state=of(STATES, "enabled"),
        maxLifetime=TEXT,
        restrictForAppsCreatedAfterDateTime=TIME,
        certificateBasedApplicationConfigurationIds=TEXTS,
    ),
)

APP_MANAGEMENT_POLICY: Final = ObjectType(
    "TenantAppManagementPolicy",
    {
        "id": SHOWN,
        "displayName": TEXT,
        "description": TEXT,
        "isEnabled": FLAG,
        "applicationRestrictions": RESTRICTIONS,
        "servicePrincipalRestrictions": RESTRICTIONS,
    },
)

APP_POLICY: Final = ObjectType(
    "AppManagementPolicy",
    {
        "id": SHOWN,
        "displayName": TEXT,
        "description": TEXT,
        "isEnabled": FLAG,
        "restrictions": RESTRICTIONS,
    },
)

AUTHORIZATION_POLICY: Final = ObjectType(
    "AuthorizationPolicy",
    {
        "id": SHOWN,
        "displayName": TEXT,
        "description": TEXT,
        "defaultUserRolePermissions": parts(
            allowedToCreateApps=ON,
            allowedToCreateSecurityGroups=ON,
            allowedToReadOtherUsers=ON,
            permissionGrantPoliciesAssigned=Property(
                default=["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"], many=True
            ),
        ),
    },
)

SECURITY_DEFAULTS_POLICY: Final = ObjectType(
    "IdentitySecurityDefaultsEnforcementPolicy",
    {"id": SHOWN, "displayName": SHOWN, "description": SHOWN, "isEnabled": FLAG},
)


def _ids_or(*words: str) -> Property:
    """A list of ids, among which these words have a meaning of their own."""
    return Property(
        default=[], many=True, kind=Kind(lambda value: value in words or is_uuid(value)), distinct=("",)
    )


def _words(*words: str, needed: bool = False) -> Property:
    return Property(default=[], many=True, kind=one_of(*words), distinct=("",), needed=needed)


# What Graph also has in these is refused by name: see ``conditional_access.LACKING``.
CONDITIONAL_ACCESS_POLICY: Final = ObjectType(
    "ConditionalAccessPolicy",
    {
        "id": SHOWN,
        "createdDateTime": SHOWN,
        "modifiedDateTime": SHOWN,
        "displayName": of(up_to(256, 1)),
        "state": of(one_of("enabled", "disabled", "enabledForReportingButNotEnforced")),
        "conditions": parts(
            clientAppTypes=_words(
                *("all", "browser", "mobileAppsAndDesktopClients"),
                *("exchangeActiveSync", "easSupported", "other"),
            ),
            applications=parts(
                includeApplications=_ids_or("All", "None", "Office365"),
                excludeApplications=_ids_or("Office365"),
            ),
            users=parts(
                includeUsers=_ids_or("All", "None", "GuestsOrExternalUsers"),
                excludeUsers=_ids_or("GuestsOrExternalUsers"),
            ),
        ),
        "grantControls": parts(
            collapses=True,
            operator=Property(kind=one_of("AND", "OR"), needed=True),
            builtInControls=_words(
                *("block", "mfa", "compliantDevice", "domainJoinedDevice"),
                *("approvedApplication", "compliantApplication", "passwordChange"),
                needed=True,
            ),
        ),
    },
    lacking=frozenset({"sessionControls", "templateId"}),
)
