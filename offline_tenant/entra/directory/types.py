"""The object types that the offline tenant knows, property by property, in Graph's order.

https://learn.microsoft.com/graph/api/resources/application and its neighbours.
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property

TEXT: Final = Property()
TEXTS: Final = Property(default=[], many=True)
FLAG: Final = Property(bool, default=False)
MAYBE: Final = Property(bool)
SHOWN: Final = Property(writable=False)
ANYTHING: Final = Property(object)
ANY_LIST: Final = Property(object, default=[], many=True)
SHOWN_LIST: Final = Property(object, default=[], many=True, writable=False)


def _complex(collapses: bool = False, **fields: Property) -> Property:  # noqa: FBT001, FBT002 - one word in a table
    return Property(dict, fields=fields, collapses=collapses)


def _items(**fields: Property) -> Property:
    return Property(dict, default=[], many=True, fields=fields)


APP_ROLES: Final = _items(
    allowedMemberTypes=TEXTS,
    description=TEXT,
    displayName=TEXT,
    id=TEXT,
    isEnabled=Property(bool, default=True),
    origin=TEXT,
    value=TEXT,
)
SCOPES: Final = _items(
    adminConsentDescription=TEXT,
    adminConsentDisplayName=TEXT,
    id=TEXT,
    isEnabled=Property(bool, default=True),
    origin=TEXT,
    type=Property(default="User"),
    userConsentDescription=TEXT,
    userConsentDisplayName=TEXT,
    value=TEXT,
)
CLAIM: Final = _items(name=TEXT, source=TEXT, essential=FLAG, additionalProperties=TEXTS)
INFO: Final = _complex(
    logoUrl=SHOWN, marketingUrl=TEXT, privacyStatementUrl=TEXT, supportUrl=TEXT, termsOfServiceUrl=TEXT
)

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
        "displayName": TEXT,
        "description": TEXT,
        "groupMembershipClaims": TEXT,
        "identifierUris": TEXTS,
        "isDeviceOnlyAuthSupported": MAYBE,
        "isFallbackPublicClient": MAYBE,
        "notes": TEXT,
        "oauth2RequirePostResponse": FLAG,
        "publisherDomain": SHOWN,
        "serviceManagementReference": TEXT,
        "signInAudience": Property(default="AzureADMyOrg"),
        "tags": TEXTS,
        "tokenEncryptionKeyId": TEXT,
        "samlMetadataUrl": TEXT,
        "optionalClaims": _complex(collapses=True, accessToken=CLAIM, idToken=CLAIM, saml2Token=CLAIM),
        "addIns": ANY_LIST,
        "api": _complex(
            acceptMappedClaims=MAYBE,
            knownClientApplications=TEXTS,
            oauth2PermissionScopes=SCOPES,
            preAuthorizedApplications=_items(appId=TEXT, delegatedPermissionIds=TEXTS),
            requestedAccessTokenVersion=Property(int),
        ),
        "appRoles": APP_ROLES,
        "info": INFO,
        "keyCredentials": Property(dict, default=[], many=True),
        "parentalControlSettings": _complex(
            countriesBlockedForMinors=TEXTS, legalAgeGroupRule=Property(default="Allow")
        ),
        "passwordCredentials": SHOWN_LIST,
        "publicClient": _complex(redirectUris=TEXTS),
        "requiredResourceAccess": _items(resourceAppId=TEXT, resourceAccess=_items(id=TEXT, type=TEXT)),
        "verifiedPublisher": Property(object, default={}, writable=False),
        "web": _complex(
            homePageUrl=TEXT,
            logoutUrl=TEXT,
            redirectUris=TEXTS,
            implicitGrantSettings=_complex(enableAccessTokenIssuance=FLAG, enableIdTokenIssuance=FLAG),
            redirectUriSettings=ANY_LIST,
        ),
        "spa": _complex(redirectUris=TEXTS),
    },
    lacking=APPLICATION_LACKS,
)

SERVICE_PRINCIPAL: Final = ObjectType(
    "ServicePrincipal",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "accountEnabled": Property(bool, default=True),
        "alternativeNames": TEXTS,
        "appDisplayName": SHOWN,
        "appDescription": SHOWN,
        "appId": TEXT,
        "applicationTemplateId": SHOWN,
        "appOwnerOrganizationId": SHOWN,
        "appRoleAssignmentRequired": FLAG,
        "createdDateTime": SHOWN,
        "description": TEXT,
        "disabledByMicrosoftStatus": SHOWN,
        "displayName": TEXT,
        "homepage": TEXT,
        "loginUrl": TEXT,
        "logoutUrl": TEXT,
        "notes": TEXT,
        "notificationEmailAddresses": TEXTS,
        "preferredSingleSignOnMode": TEXT,
        "preferredTokenSigningKeyThumbprint": TEXT,
        "replyUrls": TEXTS,
        "servicePrincipalNames": TEXTS,
        "servicePrincipalType": Property(default="Application"),
        "signInAudience": SHOWN,
        "tags": TEXTS,
        "tokenEncryptionKeyId": TEXT,
        "samlSingleSignOnSettings": _complex(collapses=True, relayState=TEXT),
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

PASSWORD_CREDENTIAL: Final = ObjectType(
    "PasswordCredential",
    {
        "customKeyIdentifier": TEXT,
        "displayName": TEXT,
        "endDateTime": TEXT,
        "hint": SHOWN,
        "keyId": SHOWN,
        "secretText": SHOWN,
        "startDateTime": TEXT,
    },
)

KEY_CREDENTIAL: Final = ObjectType(
    "KeyCredential",
    {
        "customKeyIdentifier": TEXT,
        "displayName": TEXT,
        "endDateTime": TEXT,
        "key": TEXT,
        "keyId": TEXT,
        "startDateTime": TEXT,
        "type": TEXT,
        "usage": TEXT,
    },
)

FEDERATED_CREDENTIAL: Final = ObjectType(
    "FederatedIdentityCredential",
    {"audiences": TEXTS, "description": TEXT, "id": SHOWN, "issuer": TEXT, "name": TEXT, "subject": TEXT},
    lacking=frozenset({"claimsMatchingExpression"}),
)

APP_ROLE_ASSIGNMENT: Final = ObjectType(
    "AppRoleAssignment",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "appRoleId": Property(default="00000000-0000-0000-0000-000000000000"),
        "createdDateTime": SHOWN,
        "principalDisplayName": SHOWN,
        "principalId": TEXT,
        "principalType": SHOWN,
        "resourceDisplayName": SHOWN,
        "resourceId": TEXT,
    },
)

OAUTH2_PERMISSION_GRANT: Final = ObjectType(
    "OAuth2PermissionGrant",
    {
        "clientId": TEXT,
        "consentType": TEXT,
        "id": SHOWN,
        "principalId": TEXT,
        "resourceId": TEXT,
        "scope": TEXT,
    },
    beta={"expiryTime": TEXT, "startTime": TEXT},
)

USER: Final = ObjectType(
    "User",
    {
        "businessPhones": TEXTS,
        "displayName": TEXT,
        "givenName": TEXT,
        "jobTitle": TEXT,
        "mail": TEXT,
        "mobilePhone": TEXT,
        "officeLocation": TEXT,
        "preferredLanguage": TEXT,
        "surname": TEXT,
        "userPrincipalName": TEXT,
        "id": SHOWN,
        "accountEnabled": Property(bool, default=True),
        "createdDateTime": SHOWN,
        "mailNickname": TEXT,
        "signInSessionsValidFromDateTime": SHOWN,
        "userType": Property(default="Member"),
    },
    on_request=frozenset(
        {"accountEnabled", "createdDateTime", "mailNickname", "signInSessionsValidFromDateTime", "userType"}
    ),
    lacking=frozenset({"customSecurityAttributes", "signInActivity"}),
)

ORGANIZATION: Final = ObjectType(
    "Organization",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "countryLetterCode": TEXT,
        "createdDateTime": SHOWN,
        "displayName": TEXT,
        "tenantType": Property(default="AAD"),
        "verifiedDomains": SHOWN_LIST,
    },
)

RESTRICTIONS: Final = _complex(
    passwordCredentials=_items(
        restrictionType=TEXT,
        state=Property(default="enabled"),
        maxLifetime=TEXT,
        restrictForAppsCreatedAfterDateTime=TEXT,
    ),
    keyCredentials=_items(
        restrictionType=TEXT,
        state=Property(default="enabled"),
        maxLifetime=TEXT,
        restrictForAppsCreatedAfterDateTime=TEXT,
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
        "defaultUserRolePermissions": _complex(
            allowedToCreateApps=Property(bool, default=True),
            allowedToCreateSecurityGroups=Property(bool, default=True),
            allowedToReadOtherUsers=Property(bool, default=True),
            permissionGrantPoliciesAssigned=Property(
                default=["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"], many=True
            ),
        ),
    },
)
