"""Policies of the tenant.

https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy, …/authorizationpolicy
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.entra.directory.values import one_of
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
