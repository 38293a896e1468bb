"""Values of Graph's properties: what is none of a property's kind is refused in Graph's words, and changes nothing."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import EXCHANGE, IMAP_AS_APP, NOBODY, Entra, fault, seeded

OTHER = "88888888-8888-4888-8888-888888888888"
NO_GUID = (
    "Request_BadRequest",
    "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
)
TWICE = ("DuplicateValue", "Request contains a property with duplicate values.")
UNVERIFIED = "Values of identifierUris property must use a verified domain of the organization or its subdomain: 'https://elsewhere.example/x'"
ROLE: dict[str, Any] = {
    "id": NOBODY,
    "allowedMemberTypes": ["Application"],
    "displayName": "r",
    "description": "r",
    "isEnabled": True,
    "value": "Read",
}
SCOPE = {"id": OTHER, "adminConsentDisplayName": "s", "adminConsentDescription": "s", "value": "Write"}
ACCESS = {"id": IMAP_AS_APP, "type": "Role"}


def no(name: str, resource: str = "Application") -> tuple[str, str]:
    return "Request_BadRequest", f"Invalid value specified for property '{name}' of resource '{resource}'."


def missing(name: str, resource: str) -> tuple[str, str]:
    return "Request_BadRequest", f"A value is required for property '{name}' of resource '{resource}'."


def resources(*access: Any, app_id: Any = EXCHANGE) -> dict[str, Any]:
    return {"requiredResourceAccess": [{"resourceAppId": app_id, "resourceAccess": list(access)}]}


def roles(**change: Any) -> dict[str, Any]:
    return {"appRoles": [ROLE | change]}


def scopes(*scopes: Any) -> dict[str, Any]:
    return {"api": {"oauth2PermissionScopes": list(scopes)}}


def api(**parts: Any) -> dict[str, Any]:
    return {"api": parts}


def web(*uris: str) -> dict[str, Any]:
    return {"web": {"redirectUris": list(uris)}}


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


ACCEPTED: list[dict[str, Any]] = [
    {"signInAudience": "AzureADandPersonalMicrosoftAccount"},
    {"groupMembershipClaims": "SecurityGroup,ApplicationGroup"},
    {"displayName": "x" * 256, "description": "x" * 1024, "notes": "x" * 1024},
    {"tags": ["WindowsAzureActiveDirectoryIntegratedApp", "x" * 256]},
    {"tokenEncryptionKeyId": NOBODY},
    api(requestedAccessTokenVersion=2, knownClientApplications=[NOBODY]),
    api(preAuthorizedApplications=[{"appId": NOBODY, "delegatedPermissionIds": [OTHER]}]),
    scopes(SCOPE, SCOPE | {"id": NOBODY, "value": "Mail.Read!", "type": "Admin"}),
    roles(allowedMemberTypes=["User", "Application"], value=None),
    {"appRoles": [ROLE, ROLE | {"id": OTHER, "value": None}, ROLE | {"id": IMAP_AS_APP, "value": None}]},
    resources(ACCESS, {"id": NOBODY, "type": "Scope"}),
    web(
        "https://a",
        "https://a/b?c=d",
        "http://localhost:8080/x",
        "http://127.0.0.1",
        "https://*.contoso.com/",
    ),
    {"spa": {"redirectUris": ["https://a/", "http://localhost", "brk-multihub://outlook.office.com"]}},
    {
        "publicClient": {
            "redirectUris": [
                "urn:ietf:wg:oauth:2.0:oob",
                "msal08162f7c-0fd2-4200-a84a-f25a4db0b584://auth",
                "ms-appx-web://microsoft.aad.brokerplugin/x",
                "com.contoso.app:/oauth",
                "http://localhost",
                "https://login.microsoftonline.com/common/oauth2/nativeclient",
            ]
        }
    },
    {
        "identifierUris": [
            "api://invoices",
            f"api://{NOBODY}/x",
            "urn:contoso:x",
            "https://sub.contoso.com/x?y=z",
        ]
    },
    {"identifierUris": ["https://elsewhere.example"], **api(requestedAccessTokenVersion=2)},
    {"web": {"homePageUrl": "http://intranet/x", "logoutUrl": "https://localhost/out"}},
    {"info": {"marketingUrl": "", "supportUrl": "https://contoso.com"}},
    {"parentalControlSettings": {"legalAgeGroupRule": "RequireConsentForMinors"}},
]


@pytest.mark.parametrize("body", ACCEPTED)
def test_values_that_are_kept(entra: Entra, body: dict[str, Any]) -> None:
    path = f"/applications/{entra.application()['id']}"
    assert entra.made("/applications", {"displayName": "a"} | body)["id"]
    # Identifier URIs are the first application's by now.
    if "identifierUris" not in body:
        assert entra.graph("PATCH", path, body).status_code == 204


REFUSED: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"displayName": "x" * 257}, no("displayName")),
    ({"description": "x" * 1025}, no("description")),
    ({"notes": "x" * 1025}, no("notes")),
    ({"signInAudience": "Everybody"}, no("signInAudience")),
    ({"groupMembershipClaims": "All,Some"}, no("groupMembershipClaims")),
    ({"tokenEncryptionKeyId": "x"}, NO_GUID),
    ({"tags": ["a b"]}, no("tags")),
    ({"tags": [""]}, no("tags")),
    ({"tags": ["a", "a"]}, TWICE),
    (api(requestedAccessTokenVersion=3), no("requestedAccessTokenVersion")),
    (api(requestedAccessTokenVersion=True), no("requestedAccessTokenVersion")),
    (api(knownClientApplications=["x"]), NO_GUID),
    (api(preAuthorizedApplications=[{}]), missing("appId", "PreAuthorizedApplication")),
    (api(preAuthorizedApplications=[{"appId": "x"}]), no("appId", "PreAuthorizedApplication")),
    (
        api(preAuthorizedApplications=[{"appId": NOBODY, "delegatedPermissionIds": ["x"]}]),
        no("delegatedPermissionIds", "PreAuthorizedApplication"),
    ),
    (scopes(SCOPE | {"id": "x"}), NO_GUID),
    (scopes({"value": "Write"}), missing("id", "PermissionScope")),
    (scopes(SCOPE | {"type": "Anybody"}), no("type", "PermissionScope")),
    (scopes(SCOPE | {"value": "a b"}), no("value", "PermissionScope")),
    (scopes(SCOPE | {"value": ".Read"}), no("value", "PermissionScope")),
    (scopes(SCOPE | {"value": "x" * 121}), no("value", "PermissionScope")),
    (scopes(SCOPE, SCOPE | {"value": "Other"}), TWICE),
    (scopes(SCOPE, SCOPE | {"id": NOBODY}), TWICE),
    (roles(id="IMAP.AccessAsApp"), NO_GUID),
    (roles(allowedMemberTypes=["Robot"]), no("allowedMemberTypes", "AppRole")),
    (roles(allowedMemberTypes=[]), missing("allowedMemberTypes", "AppRole")),
    (roles(displayName=None), missing("displayName", "AppRole")),
    ({"appRoles": [{}]}, missing("allowedMemberTypes", "AppRole")),
    ({"appRoles": [ROLE, ROLE | {"id": NOBODY.upper(), "value": "Other"}]}, TWICE),
    ({"appRoles": [ROLE, ROLE | {"id": OTHER}]}, TWICE),
    (roles(value="Write") | scopes(SCOPE), TWICE),
    ({"requiredResourceAccess": [{}]}, missing("resourceAppId", "RequiredResourceAccess")),
    (resources(), missing("resourceAccess", "RequiredResourceAccess")),
    (resources({}), missing("id", "ResourceAccess")),
    (resources({"id": IMAP_AS_APP}), missing("type", "ResourceAccess")),
    (resources(ACCESS, app_id="Exchange"), no("resourceAppId", "RequiredResourceAccess")),
    (resources({"id": "IMAP.AccessAsApp", "type": "Role"}), NO_GUID),
    (resources({"id": IMAP_AS_APP, "type": "role"}), no("type", "ResourceAccess")),
    (resources(ACCESS, ACCESS), TWICE),
    ({"requiredResourceAccess": [*resources(ACCESS)["requiredResourceAccess"]] * 2}, TWICE),
    (web("http://portal.contoso.com/"), no("redirectUris")),
    (web("portal"), no("redirectUris")),
    (web("https://"), no("redirectUris")),
    (web("https://a/b c"), no("redirectUris")),
    (web("https://a/\n"), no("redirectUris")),
    (web("https://a/#b"), no("redirectUris")),
    (web("https://a:b/"), no("redirectUris")),
    (web("https://[a/"), no("redirectUris")),
    (web("javascript:alert(1)"), no("redirectUris")),
    (web("myapp://auth"), no("redirectUris")),
    (web(f"https://a/{'x' * 250}"), no("redirectUris")),
    (web("https://a", "https://a"), TWICE),
    (web(*(f"https://a/{number}" for number in range(257))), no("redirectUris")),
    ({"spa": {"redirectUris": ["myapp://auth"]}}, no("redirectUris")),
    ({"publicClient": {"redirectUris": ["javascript:alert(1)"]}}, no("redirectUris")),
    ({"publicClient": {"redirectUris": ["http://contoso.com"]}}, no("redirectUris")),
    ({"identifierUris": ["invoices"]}, no("identifierUris")),
    ({"identifierUris": ["https://*.contoso.com"]}, no("identifierUris")),
    ({"identifierUris": [f"api://{'x' * 250}"]}, no("identifierUris")),
    ({"identifierUris": ["api://a", "api://a"]}, TWICE),
    (
        {"identifierUris": ["https://elsewhere.example/x"]},
        (
            "HostNameNotOnVerifiedDomain",
            UNVERIFIED,
        ),
    ),
    ({"web": {"homePageUrl": "portal"}}, no("homePageUrl")),
    ({"web": {"logoutUrl": "http://contoso.com"}}, no("logoutUrl")),
    ({"info": {"supportUrl": "mailto:a@contoso.com"}}, no("supportUrl")),
    ({"parentalControlSettings": {"legalAgeGroupRule": "Never"}}, no("legalAgeGroupRule")),
]


@pytest.mark.parametrize(("body", "expected"), REFUSED)
def test_values_of_an_application_that_are_refused(
    entra: Entra, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    path = f"/applications/{entra.application()['id']}"
    before = entra.got(path)
    for method, url in (("POST", "/applications"), ("PATCH", path)):
        assert fault(entra.graph(method, url, {"displayName": "a"} | body)) == (400, *expected)
    assert entra.got(path) == before
    assert len(entra.got("/applications", **{"$filter": "displayName eq 'a'"})["value"]) == 0


def test_a_duplicate_is_named(entra: Entra) -> None:
    refused = entra.graph("POST", "/applications", {"displayName": "a", "appRoles": [ROLE, ROLE]})
    [detail] = refused.json()["error"]["details"]
    assert detail == {"code": TWICE[0], "message": TWICE[1], "target": "appRoles"}


def test_a_role_and_a_scope_may_be_one_permission(entra: Entra) -> None:
    same = {"id": NOBODY, "value": "Read", "isEnabled": True}
    scope = same | {"adminConsentDisplayName": "r", "adminConsentDescription": "r"}
    entra.made("/applications", {"displayName": "a"} | roles() | scopes(scope))
    other = scopes(scope | {"adminConsentDisplayName": "other"})
    status, code, text = fault(entra.graph("POST", "/applications", {"displayName": "a"} | roles() | other))
    assert (status, code) == (400, "Request_BadRequest")
    assert text.startswith(
        f"The following values must match for the 'oauth2Permissions' and 'appRoles' properties with identifier '{NOBODY}': "
        "(description, adminConsentDescription),(displayName, adminConsentDisplayName),"
    )


def test_how_many_permissions_an_application_may_ask_for(entra: Entra) -> None:
    def wanted(resources: int, each: int) -> dict[str, Any]:
        access = [{"id": f"00000000-0000-4000-8000-{n:012}", "type": "Role"} for n in range(each)]
        apps = [f"00000000-0000-4000-9000-{n:012}" for n in range(resources)]
        body = [{"resourceAppId": app_id, "resourceAccess": access} for app_id in apps]
        return {"displayName": "a", "requiredResourceAccess": body}

    entra.made("/applications", wanted(50, 8))
    for resources, each in ((51, 1), (1, 401), (50, 9)):
        refused = entra.graph("POST", "/applications", wanted(resources, each))
        assert fault(refused) == (400, *no("requiredResourceAccess"))


def test_identifier_uris_that_stood_before_may_stay(entra: Entra) -> None:
    body = {"displayName": "a", "identifierUris": ["https://elsewhere.example"]}
    made = entra.made("/applications", body | api(requestedAccessTokenVersion=2))
    path = f"/applications/{made['id']}"
    assert entra.graph("PATCH", path, api(requestedAccessTokenVersion=1)).status_code == 204
    more = {"identifierUris": ["https://elsewhere.example", "https://elsewhere.example/2"]}
    assert fault(entra.graph("PATCH", path, more))[1] == "HostNameNotOnVerifiedDomain"


def test_ids_are_kept_in_small_letters(entra: Entra) -> None:
    made = entra.made("/applications", {"displayName": "a"} | resources(ACCESS | {"id": IMAP_AS_APP.upper()}))
    assert made["requiredResourceAccess"][0]["resourceAccess"][0]["id"] == IMAP_AS_APP


def test_an_application_keeps_a_name(entra: Entra) -> None:
    path = f"/applications/{entra.application()['id']}"
    for name in ("", None):
        assert fault(entra.graph("PATCH", path, {"displayName": name})) == (400, *no("displayName"))
        refused = entra.graph("POST", "/applications", {"displayName": name})
        assert fault(refused) == (400, *missing("displayName", "Application"))
