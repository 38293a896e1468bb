"""What the azuread plugin takes for granted beyond the bodies: headers, spelling of queries, what stays as it was."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import EXCHANGE, GRAPH, IMAP_AS_APP, NOBODY, Entra, fault, seeded

# On every call of the plugin, whatever the verb, with or without a body.
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "application/json; charset=utf-8; IEEE754Compatible=false",
    "Odata-Version": "4.0",
    "Odata-Maxversion": "4.0",
    "User-Agent": "terraform-provider-azuread/dev HashiCorp/go-azure-sdk pid-222c6c49",
}


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def call(entra: Entra, verb: str, path: str, body: Any = None) -> httpx.Response:
    """One call as the plugin makes it."""
    headers = HEADERS | {"Authorization": f"Bearer {entra.token()}"}
    given = {"json": body} if body is not None else {}
    return entra.http.request(verb, path, headers=headers, **given)


def test_the_headers_of_the_plugin_on_every_verb(entra: Entra) -> None:
    made = call(entra, "POST", "/v1.0/applications", {"displayName": "a"})
    path = f"/v1.0/applications/{made.json()['id']}"
    answers = [
        made,
        call(entra, "GET", path),
        call(entra, "GET", "/v1.0/applications"),
        call(entra, "PATCH", path, {"displayName": "b"}),
        call(entra, "DELETE", path),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 204, 204]
    for answer in answers[:3]:
        assert answer.headers["Content-Type"].startswith("application/json")
    for answer in answers[3:]:
        assert answer.content == b""
        assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("written", [EXCHANGE, EXCHANGE.upper()])
def test_a_filter_as_the_plugin_spells_it(entra: Entra, written: str) -> None:
    query = "%24filter=" + quote_plus(f"appId eq '{written}'")
    assert "+eq+%27" in query
    [found] = call(entra, "GET", f"/v1.0/servicePrincipals?{query}").json()["value"]
    assert found["appId"] == EXCHANGE
    beta = call(entra, "GET", f"/beta/servicePrincipals/{found['id']}?%24select=samlMetadataUrl")
    assert beta.status_code == 200
    none = call(entra, "GET", f"/v1.0/servicePrincipals?%24filter=appId+eq+%27{NOBODY}%27")
    assert none.json()["value"] == []


@pytest.mark.parametrize("app_id", [EXCHANGE, GRAPH])
def test_permissions_have_all_that_the_plugin_reads(entra: Entra, app_id: str) -> None:
    principal = entra.principal(app_id)
    for role in principal["appRoles"]:
        assert role.keys() >= {"id", "value", "displayName", "description", "isEnabled", "allowedMemberTypes"}
        assert role["allowedMemberTypes"] == ["Application"]
    for scope in principal["oauth2PermissionScopes"]:
        assert scope.keys() >= {"id", "value", "isEnabled", "type", "adminConsentDisplayName"}


def test_renaming_leaves_what_it_does_not_send(entra: Entra) -> None:
    role = {
        "id": NOBODY,
        "allowedMemberTypes": ["User"],
        "displayName": "r",
        "description": "r",
        "value": "Read",
    }
    scope = {
        "id": IMAP_AS_APP,
        "adminConsentDisplayName": "s",
        "adminConsentDescription": "s",
        "value": "Write",
    }
    resource = {"resourceAppId": EXCHANGE, "resourceAccess": [{"id": IMAP_AS_APP, "type": "Role"}]}
    made = entra.made(
        "/applications",
        {
            "displayName": "a",
            "identifierUris": ["api://a"],
            "appRoles": [role],
            "api": {"oauth2PermissionScopes": [scope], "requestedAccessTokenVersion": 1},
            "requiredResourceAccess": [resource],
        },
    )
    rename: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.application",
        "displayName": "b",
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
        "optionalClaims": {},
        "publicClient": {"redirectUris": []},
        "serviceManagementReference": None,
        "spa": {"redirectUris": []},
        "tags": [],
        "web": {"homePageUrl": None, "logoutUrl": None, "redirectUris": []},
    }
    assert call(entra, "PATCH", f"/v1.0/applications/{made['id']}", rename).status_code == 204
    found = entra.got(f"/applications/{made['id']}")
    assert found["displayName"] == "b"
    for name in ("identifierUris", "appRoles", "requiredResourceAccess", "groupMembershipClaims"):
        assert found[name] == made[name]
    assert found["api"]["oauth2PermissionScopes"] == made["api"]["oauth2PermissionScopes"]


@pytest.mark.parametrize("kind", ["applications", "servicePrincipals"])
def test_what_is_deleted_stays_away_while_the_plugin_looks(entra: Entra, kind: str) -> None:
    application, principal, _ = entra.client()
    path = f"/{kind}/{(application if kind == 'applications' else principal)['id']}"
    assert entra.graph("DELETE", path).status_code == 204
    assert [fault(entra.graph("GET", path))[0] for _ in range(5)] == [404] * 5
    assert fault(entra.graph("DELETE", path))[:2] == (404, "Request_ResourceNotFound")


def test_a_password_is_seen_and_gone_at_once_while_the_plugin_looks(entra: Entra) -> None:
    path = f"/applications/{entra.application()['id']}"
    made = entra.made(f"{path}/addPassword", {"passwordCredential": {"displayName": "x"}})

    def key_ids() -> list[list[str]]:
        return [[one["keyId"] for one in entra.got(path)["passwordCredentials"]] for _ in range(5)]

    assert key_ids() == [[made["keyId"]]] * 5
    assert entra.graph("POST", f"{path}/removePassword", {"keyId": made["keyId"]}).status_code == 204
    assert key_ids() == [[]] * 5


def test_scopes_of_a_grant_in_any_order_and_a_grant_that_is_gone(entra: Entra) -> None:
    _, principal, _ = entra.client()
    body = {
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "resourceId": entra.principal(GRAPH)["id"],
    }
    made = entra.made("/oauth2PermissionGrants", body | {"scope": "SMTP.Send IMAP.AccessAsUser.All"})
    path = f"/oauth2PermissionGrants/{made['id']}"
    assert entra.graph("PATCH", path, {"scope": "IMAP.AccessAsUser.All SMTP.Send"}).status_code == 204
    assert set(entra.got(path)["scope"].split()) == {"SMTP.Send", "IMAP.AccessAsUser.All"}
    assert entra.graph("DELETE", path).status_code == 204
    for verb in ("GET", "PATCH", "DELETE"):
        assert fault(entra.graph(verb, path, {"scope": "x"} if verb == "PATCH" else None))[0] == 404


def test_a_person_can_be_granted_alone(entra: Entra) -> None:
    token = entra.client_with("User.Read.All")
    adele = entra.graph("GET", "/users/adele@contoso.com", token=token).json()
    _, principal, _ = entra.client()
    body = {"clientId": principal["id"], "consentType": "Principal", "principalId": adele["id"]}
    made = entra.made(
        "/oauth2PermissionGrants", body | {"resourceId": entra.principal(GRAPH)["id"], "scope": "a b"}
    )
    assert entra.got(f"/oauth2PermissionGrants/{made['id']}")["principalId"] == adele["id"]
