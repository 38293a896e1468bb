"""Applications and service principals, property by property, in Graph's order.

https://learn.microsoft.com/graph/api/resources/application
https://learn.microsoft.com/graph/api/resources/serviceprincipal
"""

from dataclasses import replace
from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.entra.directory.values import (
    APP_REDIRECT,
    GUID,
    ID,
    IDENTIFIER,
    LOGOUT,
    TAG,
    VALUE,
    WEB_REDIRECT,
    Kind,
    one_of,
    some_of,
    up_to,
)
from offline_tenant.entra.directory.vocabulary import (
    ANY_LIST,
    FLAG,
    MAYBE,
    NEEDED_ID,
    NEEDED_TEXT_ID,
    ON,
    SHOWN,
    SHOWN_LIST,
    SHOWN_UNIQUE_ID,
    TEXT,
    TEXT_ID,
    TEXTS,
    UNIQUE_ID,
    URL,
    items,
    of,
    parts,
)

APP_ROLES: Final = items(
    "AppRole",
    distinct=("id", "value"),
    allowedMemberTypes=Property(
        default=[], many=True, kind=one_of("Application", "User"), needed=True, distinct=("",)
    ),
    description=Property(needed=True),
    displayName=Property(needed=True),
    id=NEEDED_ID,
    isEnabled=ON,
    origin=TEXT,
    value=of(VALUE),
)
SCOPES: Final = items(
    "PermissionScope",
    distinct=("id", "value"),
    adminConsentDescription=TEXT,
    adminConsentDisplayName=TEXT,
    id=NEEDED_ID,
    isEnabled=ON,
    origin=TEXT,
    type=of(one_of("Admin", "User"), "User"),
    userConsentDescription=TEXT,
    userConsentDisplayName=TEXT,
    value=of(VALUE),
)
TAGS: Final = Property(default=[], many=True, kind=TAG, distinct=("",))
AUDIENCES: Final = one_of(
    "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"
)
GROUPS: Final = some_of("None", "All", "SecurityGroup", "DirectoryRole", "ApplicationGroup")
AGE_GROUP_RULES: Final = one_of(
    "Allow",
    "RequireConsentForPrivacyServices",
    "RequireConsentForMinors",
    "RequireConsentForKids",
    "BlockMinors",
)
PRINCIPAL_TYPES: Final = one_of("Application", "Legacy", "ManagedIdentity", "SocialIdp")
REQUIRED_RESOURCE_ACCESS: Final = replace(
    items(
        "RequiredResourceAccess",
        distinct=("resourceAppId",),
        resourceAppId=NEEDED_TEXT_ID,
        resourceAccess=replace(
            items(
                "ResourceAccess",
                distinct=("id",),
                id=NEEDED_ID,
                type=Property(kind=one_of("Role", "Scope"), needed=True),
            ),
            needed=True,
        ),
    ),
    most=50,
)
CLAIM: Final = items(name=TEXT, source=TEXT, essential=FLAG, additionalProperties=TEXTS)
INFO: Final = parts(
    logoUrl=SHOWN, marketingUrl=URL, privacyStatementUrl=URL, supportUrl=URL, termsOfServiceUrl=URL
)


def _redirects(kind: Kind) -> Property:
    return Property(default=[], many=True, kind=kind, distinct=("",), most=256)


# What Graph has besides, and nothing here would heed.
APPLICATION_LACKS: Final = frozenset(
    {
        "authenticationBehaviors",
        "certification",
        "defaultRedirectUri",
        "requestSignatureVerification",
        "servicePrincipalLockConfiguration",
        "uniqueName",
    }
)

APPLICATION: Final = ObjectType(
    "Application",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "appId": SHOWN,
        "applicationTemplateId": SHOWN,
        "disabledByMicrosoftStatus": SHOWN,
        "createdDateTime": SHOWN,
        "displayName": of(up_to(256, least=1)),
        "description": of(up_to(1024)),
        "groupMembershipClaims": of(GROUPS),
        "identifierUris": Property(default=[], many=True, kind=IDENTIFIER, distinct=("",)),
        "isDeviceOnlyAuthSupported": MAYBE,
        "isFallbackPublicClient": MAYBE,
        "notes": of(up_to(1024)),
        "oauth2RequirePostResponse": FLAG,
        "publisherDomain": SHOWN,
        "serviceManagementReference": TEXT,
        "signInAudience": of(AUDIENCES, "AzureADMyOrg"),
        "tags": TAGS,
        "tokenEncryptionKeyId": UNIQUE_ID,
        "samlMetadataUrl": TEXT,
        "optionalClaims": parts(collapses=True, accessToken=CLAIM, idToken=CLAIM, saml2Token=CLAIM),
        "addIns": ANY_LIST,
        "api": parts(
            acceptMappedClaims=MAYBE,
            knownClientApplications=Property(default=[], many=True, kind=GUID),
            oauth2PermissionScopes=SCOPES,
            preAuthorizedApplications=items(
                "PreAuthorizedApplication",
                distinct=("appId",),
                appId=NEEDED_TEXT_ID,
                delegatedPermissionIds=Property(default=[], many=True, kind=ID),
            ),
            requestedAccessTokenVersion=Property(int, kind=Kind({1, 2}.__contains__)),
        ),
        "appRoles": APP_ROLES,
        "info": INFO,
        "keyCredentials": Property(dict, default=[], many=True),
        "parentalControlSettings": parts(
            countriesBlockedForMinors=TEXTS, legalAgeGroupRule=of(AGE_GROUP_RULES, "Allow")
        ),
        "passwordCredentials": SHOWN_LIST,
        "publicClient": parts(redirectUris=_redirects(APP_REDIRECT)),
        "requiredResourceAccess": REQUIRED_RESOURCE_ACCESS,
        "verifiedPublisher": Property(object, default={}, writable=False),
        "web": parts(
            homePageUrl=URL,
            logoutUrl=of(LOGOUT),
            redirectUris=_redirects(WEB_REDIRECT),
            implicitGrantSettings=parts(enableAccessTokenIssuance=FLAG, enableIdTokenIssuance=FLAG),
            redirectUriSettings=ANY_LIST,
        ),
        "spa": parts(redirectUris=_redirects(WEB_REDIRECT)),
    },
    lacking=APPLICATION_LACKS,
)

SERVICE_PRINCIPAL: Final = ObjectType(
    "ServicePrincipal",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "accountEnabled": ON,
        "alternativeNames": TEXTS,
        "appDisplayName": SHOWN,
        "appDescription": SHOWN,
        "appId": TEXT_ID,
        "applicationTemplateId": SHOWN,
        "appOwnerOrganizationId": SHOWN_UNIQUE_ID,
        "appRoleAssignmentRequired": FLAG,
        "createdDateTime": SHOWN,
        "description": of(up_to(1024)),
        "disabledByMicrosoftStatus": SHOWN,
        "displayName": of(up_to(256, least=1)),
        "homepage": URL,
        "loginUrl": URL,
        "logoutUrl": URL,
        "notes": of(up_to(1024)),
        "notificationEmailAddresses": TEXTS,
        "preferredSingleSignOnMode": of(one_of("", "notSupported", "oidc", "password", "saml")),
        "preferredTokenSigningKeyThumbprint": TEXT,
        "replyUrls": TEXTS,
        "servicePrincipalNames": TEXTS,
        "servicePrincipalType": of(PRINCIPAL_TYPES, "Application"),
        "signInAudience": SHOWN,
        "tags": TAGS,
        "tokenEncryptionKeyId": UNIQUE_ID,
        "samlSingleSignOnSettings": parts(collapses=True, relayState=TEXT),
        "addIns": ANY_LIST,
        "appRoles": APP_ROLES,
        "info": INFO,
        "keyCredentials": SHOWN_LIST,
        "oauth2PermissionScopes": SCOPES,
        "passwordCredentials": SHOWN_LIST,
        "resourceSpecificApplicationPermissions": SHOWN_LIST,
        "verifiedPublisher": Property(object, default={}, writable=False),
    },
    beta={"samlMetadataUrl": TEXT},
    lacking=frozenset({"customSecurityAttributes"}),
)
