"""Consent: application permissions that are assigned, delegated ones that are granted.

https://learn.microsoft.com/graph/api/resources/approleassignment, …/oauth2permissiongrant
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType
from offline_tenant.entra.directory.values import GUID, one_of
from offline_tenant.entra.directory.vocabulary import SHOWN, TEXT, TEXT_ID, TIME, UNIQUE_ID, of

APP_ROLE_ASSIGNMENT: Final = ObjectType(
    "AppRoleAssignment",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "appRoleId": of(GUID, "00000000-0000-0000-0000-000000000000"),
        "createdDateTime": SHOWN,
        "principalDisplayName": SHOWN,
        "principalId": UNIQUE_ID,
        "principalType": SHOWN,
        "resourceDisplayName": SHOWN,
        "resourceId": UNIQUE_ID,
    },
)

OAUTH2_PERMISSION_GRANT: Final = ObjectType(
    "OAuth2PermissionGrant",
    {
        "clientId": TEXT_ID,
        "consentType": of(one_of("AllPrincipals", "Principal")),
        "id": SHOWN,
        "principalId": TEXT_ID,
        "resourceId": TEXT_ID,
        "scope": TEXT,
    },
    beta={"expiryTime": TIME, "startTime": TIME},
)
