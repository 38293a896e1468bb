"""What the azuread plugin sends: its headers on every call, and its bodies with every key. ``{name}`` is filled in."""

from typing import Any

IMAP_AS_APP = "5e5addcd-3e8d-4e90-baf5-964efab2b20a"
ROLE = "6a1b0c6e-5f0a-4d3e-8f57-0d5b6f1c0001"
SCOPE = "6a1b0c6e-5f0a-4d3e-8f57-0d5b6f1c0002"

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "application/json; charset=utf-8; IEEE754Compatible=false",
    "Odata-Version": "4.0",
    "Odata-Maxversion": "4.0",
    "User-Agent": "terraform-provider-azuread/dev HashiCorp/go-azure-sdk pid-222c6c49",
}
OWNED = {"owners@odata.bind": ["https://localhost/v1.0/directoryObjects/{me}"]}
APP_ROLE = {
    "id": ROLE,
    "allowedMemberTypes": ["User"],
    "displayName": "r",
    "description": "r",
    "isEnabled": True,
    "value": "Read",
}
API_SCOPE = {
    "id": SCOPE,
    "adminConsentDisplayName": "s",
    "adminConsentDescription": "s",
    "isEnabled": True,
    "type": "User",
    "value": "Write",
}
ACCESS = [
    {
        "resourceAppId": "{exchange}",
        "resourceAccess": [{"id": IMAP_AS_APP, "type": "Role"}],
    }
]
RENAME: dict[str, Any] = {
    "@odata.type": "#microsoft.graph.application",
    "displayName": "renamed",
    "signInAudience": "AzureADMyOrg",
    "api": {"acceptMappedClaims": False, "knownClientApplications": [], "requestedAccessTokenVersion": 1},
    "description": None,
    "groupMembershipClaims": None,
    "info": {
        "marketingUrl": None,
        "privacyStatementUrl": None,
        "supportUrl": None,
        "termsOfServiceUrl": None,
    },
    "isDeviceOnlyAuthSupported": False,
    "isFallbackPublicClient": False,
    "notes": None,
    "optionalClaims": {},
    "publicClient": {"redirectUris": []},
    "serviceManagementReference": None,
    "spa": {"redirectUris": []},
    "tags": [],
    "web": {
        "homePageUrl": None,
        "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
        "logoutUrl": None,
        "redirectUris": [],
    },
}
APPLICATION: dict[str, Any] = {
    **RENAME,
    **OWNED,
    "displayName": "invoice-poller",
    "api": RENAME["api"] | {"oauth2PermissionScopes": [API_SCOPE]},
    "appRoles": [APP_ROLE],
    "identifierUris": ["api://{tenant}/walk"],
    "requiredResourceAccess": ACCESS,
}
ADOPT: dict[str, Any] = {
    "@odata.type": "#microsoft.graph.servicePrincipal",
    "accountEnabled": True,
    "alternativeNames": [],
    "appRoleAssignmentRequired": False,
    "description": None,
    "loginUrl": None,
    "notes": None,
    "notificationEmailAddresses": [],
    "preferredSingleSignOnMode": None,
    "samlSingleSignOnSettings": {},
    "tags": [],
}
PASSWORD = {"passwordCredential": {"displayName": "poller-vm", "endDateTime": "2027-05-01T00:00:00Z"}}


def principal(app_id: str) -> dict[str, Any]:
    """Create a service principal."""
    return {**ADOPT, **OWNED, "appId": app_id, "description": "TERRAFORM_UPDATE_{nobody}"}


def assignment(principal_id: str) -> dict[str, str]:
    """Consent to an application permission of Exchange."""
    return {
        "@odata.type": "#microsoft.graph.appRoleAssignment",
        "appRoleId": IMAP_AS_APP,
        "principalId": principal_id,
        "resourceId": "{R}",
    }


def grant(client_id: str, **more: str) -> dict[str, str]:
    """Consent to delegated permissions of Exchange, for everybody unless told otherwise."""
    return {
        "@odata.type": "#microsoft.graph.oAuth2PermissionGrant",
        "clientId": client_id,
        "consentType": "AllPrincipals",
        "resourceId": "{R}",
        "scope": "SMTP.Send IMAP.AccessAsUser.All",
    } | more
