"""An application in Pulumi's shape and in Graph's: the table of its properties, and the way there and back."""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources.permissions import (
    APP_ROLE,
    FEATURE_TAGS,
    PERMISSION_SCOPE,
    app_roles,
    flags_of,
    graph_permission,
    ids_by_value,
    permission_scopes,
    tags_of,
)
from offline_tenant.azuread_plugin.resources.resource import nullable
from offline_tenant.azuread_plugin.values import Values

REDIRECT_URIS: Final = Property("redirectUris", "texts", unordered=True)
CLAIM: Final = (
    Property("name", required=True),
    Property("additionalProperties", "texts"),
    Property("essential", "flag"),
    Property("source"),
)
PROPERTIES: Final = (
    Property("displayName", "filled", required=True),
    Property(
        "api",
        "object",
        members=(
            Property("knownClientApplications", "texts", unordered=True),
            Property("mappedClaimsEnabled", "flag"),
            Property("oauth2PermissionScopes", "objects", unordered=True, members=PERMISSION_SCOPE),
            Property("requestedAccessTokenVersion", "number", default=1),
        ),
    ),
    Property("appRoles", "objects", unordered=True, members=APP_ROLE),
    Property("description"),
    Property("deviceOnlyAuthEnabled", "flag"),
    Property("fallbackPublicClientEnabled", "flag"),
    Property("featureTags", "objects", computed=True, members=FEATURE_TAGS),
    Property("groupMembershipClaims", "texts", unordered=True),
    Property("identifierUris", "texts", unordered=True),
    Property("logoImage", absent="logos"),
    Property("marketingUrl"),
    Property("notes"),
    Property("oauth2PostResponseRequired", "flag", absent="the beta property oauth2RequirePostResponse"),
    Property(
        "optionalClaims",
        "object",
        members=tuple(
            Property(name, "objects", members=CLAIM) for name in ("accessTokens", "idTokens", "saml2Tokens")
        ),
    ),
    Property("owners", "texts", unordered=True),
    Property("password", "object", absent="an inline password; use azuread.ApplicationPassword"),
    Property("preventDuplicateNames", "flag", default=False),
    Property("privacyStatementUrl"),
    Property("publicClient", "object", members=(REDIRECT_URIS,)),
    Property(
        "requiredResourceAccesses",
        "objects",
        unordered=True,
        members=(
            Property("resourceAppId", required=True),
            Property(
                "resourceAccesses",
                "objects",
                required=True,
                members=(Property("id", "uuid", required=True), Property("type", required=True)),
            ),
        ),
    ),
    Property("serviceManagementReference"),
    Property("signInAudience", default="AzureADMyOrg"),
    Property("singlePageApplication", "object", members=(REDIRECT_URIS,)),
    Property("supportUrl"),
    Property("tags", "texts", computed=True, unordered=True),
    Property("templateId", "uuid", computed=True, replaces=True, absent="application templates"),
    Property("termsOfServiceUrl"),
    Property(
        "web",
        "object",
        members=(
            Property("homepageUrl"),
            Property(
                "implicitGrant",
                "object",
                members=(
                    Property("accessTokenIssuanceEnabled", "flag"),
                    Property("idTokenIssuanceEnabled", "flag"),
                ),
            ),
            Property("logoutUrl"),
            REDIRECT_URIS,
        ),
    ),
    *outputs("appRoleIds", "oauth2PermissionScopeIds", form="map"),
    *outputs("clientId", "disabledByMicrosoft", "logoUrl", "objectId", "publisherDomain"),
)
URLS: Final = {
    "marketingUrl": "marketingUrl",
    "privacyStatementUrl": "privacyStatementUrl",
    "supportUrl": "supportUrl",
    "termsOfServiceUrl": "termsOfServiceUrl",
}
CLAIM_TOKENS: Final = {"accessTokens": "accessToken", "idTokens": "idToken", "saml2Tokens": "saml2Token"}


def graph_application(inputs: Values, kept_tags: list[str]) -> dict[str, Any]:
    """The part of an application that every create and update sends."""
    return {
        "@odata.type": "#microsoft.graph.application",
        "displayName": inputs["displayName"],
        "signInAudience": inputs.get("signInAudience"),
        "description": nullable(inputs.get("description")),
        "groupMembershipClaims": nullable(",".join(inputs.get("groupMembershipClaims") or ())),
        "info": {graph: nullable(inputs.get(name)) for name, graph in URLS.items()},
        "isDeviceOnlyAuthSupported": inputs.get("deviceOnlyAuthEnabled") or False,
        "isFallbackPublicClient": inputs.get("fallbackPublicClientEnabled") or False,
        "notes": nullable(inputs.get("notes")),
        "optionalClaims": _graph_claims(inputs.get("optionalClaims") or {}),
        "publicClient": {"redirectUris": (inputs.get("publicClient") or {}).get("redirectUris") or []},
        "serviceManagementReference": nullable(inputs.get("serviceManagementReference")),
        "spa": {"redirectUris": (inputs.get("singlePageApplication") or {}).get("redirectUris") or []},
        "tags": tags_of(inputs, kept_tags),
        "web": _graph_web(inputs.get("web") or {}),
    }


def graph_api(api: Mapping[str, Any]) -> dict[str, Any]:
    """The ``api`` of an application without its permission scopes."""
    return {
        "acceptMappedClaims": api.get("mappedClaimsEnabled") or False,
        "knownClientApplications": api.get("knownClientApplications") or [],
        "requestedAccessTokenVersion": api.get("requestedAccessTokenVersion") or 1,
    }


# Collections that a create always sends and an update only if they changed.
COLLECTIONS: Final = ("identifierUris", "appRoles", "requiredResourceAccesses")


def graph_collection(name: str, inputs: Values) -> dict[str, Any]:
    """One of ``COLLECTIONS`` as Graph takes it."""
    items = inputs.get(name) or []
    if name == "appRoles":
        return {name: [graph_permission(item) for item in items]}
    if name == "requiredResourceAccesses":
        return {"requiredResourceAccess": [_graph_resource(item) for item in items]}
    return {name: items}


def state_of(app: Mapping[str, Any]) -> Values:
    """An application that Graph answered with, as outputs."""
    info, tags = app.get("info") or {}, app.get("tags") or []
    api = app.get("api") or {}
    return {
        "api": _api_state(api),
        "appRoleIds": ids_by_value(app.get("appRoles")),
        "appRoles": app_roles(app.get("appRoles")),
        "clientId": app.get("appId"),
        "description": app.get("description") or "",
        "deviceOnlyAuthEnabled": app.get("isDeviceOnlyAuthSupported") or False,
        "disabledByMicrosoft": app.get("disabledByMicrosoftStatus") or "",
        "displayName": app.get("displayName") or "",
        "fallbackPublicClientEnabled": app.get("isFallbackPublicClient") or False,
        "featureTags": flags_of(tags),
        "groupMembershipClaims": _group_claims(app),
        "identifierUris": nullable(app.get("identifierUris")),
        "logoUrl": info.get("logoUrl") or "",
        **{name: info.get(graph) or "" for name, graph in URLS.items()},
        "notes": app.get("notes") or "",
        "oauth2PermissionScopeIds": ids_by_value(api.get("oauth2PermissionScopes")),
        "objectId": app.get("id"),
        "optionalClaims": _claims_state(app.get("optionalClaims") or {}),
        "publicClient": {"redirectUris": (app.get("publicClient") or {}).get("redirectUris") or []},
        "publisherDomain": app.get("publisherDomain") or "",
        "requiredResourceAccesses": [
            _resource_state(item) for item in app.get("requiredResourceAccess") or ()
        ],
        "serviceManagementReference": app.get("serviceManagementReference") or "",
        "signInAudience": app.get("signInAudience") or "",
        "singlePageApplication": {"redirectUris": (app.get("spa") or {}).get("redirectUris") or []},
        "tags": tags,
        "templateId": app.get("applicationTemplateId") or "",
        "web": _web_state(app.get("web") or {}),
    }


def _api_state(api: Mapping[str, Any]) -> Values:
    # Measured: an explicit null reads as 1, and a version that is missing as 0, which then always differs.
    version = api.get("requestedAccessTokenVersion", 0)
    return {
        "knownClientApplications": api.get("knownClientApplications") or [],
        "mappedClaimsEnabled": api.get("acceptMappedClaims") or False,
        "oauth2PermissionScopes": permission_scopes(api.get("oauth2PermissionScopes")),
        "requestedAccessTokenVersion": 1 if version is None else version,
    }


def _group_claims(app: Mapping[str, Any]) -> list[str] | None:
    # Measured: only an explicit null means none; a property that is missing reads as one empty claim.
    claims = app.get("groupMembershipClaims", "")
    return None if claims is None else [claim.strip() for claim in claims.split(",")]


def _graph_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {graph: claims[name] for name, graph in CLAIM_TOKENS.items() if claims.get(name)}


def _claims_state(claims: Mapping[str, Any]) -> Values:
    return {
        name: [_claim_state(claim) for claim in claims.get(graph) or ()]
        for name, graph in CLAIM_TOKENS.items()
    }


def _claim_state(claim: Mapping[str, Any]) -> Values:
    return {
        "name": claim.get("name") or "",
        "additionalProperties": claim.get("additionalProperties") or [],
        "essential": claim.get("essential") or False,
        "source": claim.get("source") or "",
    }


def _graph_web(web: Mapping[str, Any]) -> dict[str, Any]:
    implicit = web.get("implicitGrant") or {}
    return {
        "homePageUrl": nullable(web.get("homepageUrl")),
        "implicitGrantSettings": {
            "enableAccessTokenIssuance": implicit.get("accessTokenIssuanceEnabled") or False,
            "enableIdTokenIssuance": implicit.get("idTokenIssuanceEnabled") or False,
        },
        "logoutUrl": nullable(web.get("logoutUrl")),
        "redirectUris": web.get("redirectUris") or [],
    }


def _web_state(web: Mapping[str, Any]) -> Values:
    implicit = web.get("implicitGrantSettings") or {}
    return {
        "homepageUrl": web.get("homePageUrl") or "",
        "implicitGrant": {
            "accessTokenIssuanceEnabled": implicit.get("enableAccessTokenIssuance") or False,
            "idTokenIssuanceEnabled": implicit.get("enableIdTokenIssuance") or False,
        },
        "logoutUrl": web.get("logoutUrl") or "",
        "redirectUris": web.get("redirectUris") or [],
    }


def _graph_resource(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"resourceAppId": item["resourceAppId"], "resourceAccess": item["resourceAccesses"]}


def _resource_state(item: Mapping[str, Any]) -> Values:
    return {"resourceAppId": item["resourceAppId"], "resourceAccesses": item.get("resourceAccess") or []}
