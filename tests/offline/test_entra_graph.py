"""Microsoft Graph as the azuread plugin uses it: every operation, in the plugin's order, with its own bodies."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import (
    BASE,
    EXCHANGE,
    GRAPH,
    IMAP_AS_APP,
    NOBODY,
    Entra,
    fault,
    seeded,
)

ABSENT = (
    f"Resource '{NOBODY}' does not exist or one of its queried reference-property objects are not present."
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def application_body(owner: str) -> dict[str, Any]:
    """What the plugin sends to create an application: every key, always."""
    return {
        "@odata.type": "#microsoft.graph.application",
        "displayName": "invoice-poller",
        "signInAudience": "AzureADMyOrg",
        "api": {
            "acceptMappedClaims": False,
            "knownClientApplications": [],
            "oauth2PermissionScopes": [],
            "requestedAccessTokenVersion": 1,
        },
        "appRoles": [],
        "description": None,
        "groupMembershipClaims": None,
        "identifierUris": [],
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
        "owners@odata.bind": [f"{BASE}/v1.0/directoryObjects/{owner}"],
        "publicClient": {"redirectUris": []},
        "spa": {"redirectUris": []},
        "web": {
            "homePageUrl": None,
            "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
            "logoutUrl": None,
            "redirectUris": [],
        },
        "requiredResourceAccess": [
            {"resourceAppId": EXCHANGE, "resourceAccess": [{"id": IMAP_AS_APP, "type": "Role"}]}
        ],
        "serviceManagementReference": None,
        "tags": [],
    }


def principal_body(app_id: str, owner: str) -> dict[str, Any]:
    """What the plugin sends to create a service principal."""
    return {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "appId": app_id,
        "accountEnabled": True,
        "alternativeNames": [],
        "appRoleAssignmentRequired": False,
        "description": "TERRAFORM_UPDATE_0",
        "loginUrl": None,
        "notes": None,
        "notificationEmailAddresses": [],
        "owners@odata.bind": [f"{BASE}/v1.0/directoryObjects/{owner}"],
        "preferredSingleSignOnMode": None,
        "samlSingleSignOnSettings": {},
        "tags": [],
    }


def test_the_life_of_an_application(entra: Entra) -> None:
    me = entra.claims()["oid"]
    made = entra.graph("POST", "/applications", application_body(me))
    assert made.status_code == 201
    assert made.headers["Content-Type"].startswith("application/json")
    path = f"/applications/{made.json()['id']}"
    for name in ("TERRAFORM_UPDATE_1", "invoice-poller"):
        renamed = entra.graph("PATCH", path, {"displayName": name})
        assert (renamed.status_code, renamed.content) == (204, b"")
        assert entra.got(path)["displayName"] == name
    assert [owner["id"] for owner in entra.got(f"{path}/owners")["value"]] == [me]
    assert entra.graph("DELETE", f"{path}/owners/{me}/$ref").status_code == 204

    found = entra.got(path)
    assert found["displayName"] == "invoice-poller"
    assert found["requiredResourceAccess"] == application_body(me)["requiredResourceAccess"]
    assert found["passwordCredentials"] == []
    # Absent, these two would be a difference for ever.
    assert found["groupMembershipClaims"] is None
    assert found["api"]["requestedAccessTokenVersion"] == 1
    assert entra.got(f"{path}/owners")["value"] == []
    beta = entra.graph("GET", f"/beta{path}", **{"$select": "oauth2RequirePostResponse"})
    assert set(beta.json()) == {"@odata.context", "oauth2RequirePostResponse"}

    assert entra.graph("DELETE", path).status_code == 204
    assert fault(entra.graph("GET", path))[:2] == (404, "Request_ResourceNotFound")


def test_an_update_changes_what_it_names_and_nothing_else(entra: Entra) -> None:
    made = entra.made("/applications", application_body(entra.claims()["oid"]))
    path = f"/applications/{made['id']}"
    entra.graph("PATCH", path, {"api": {"acceptMappedClaims": True}, "web": {"redirectUris": ["https://a/"]}})
    found = entra.got(path)
    assert found["api"]["requestedAccessTokenVersion"] == 1
    assert found["api"]["acceptMappedClaims"] is True
    unchanged = set(found) - {"api", "web", "@odata.context"}
    assert {name: found[name] for name in unchanged} == {name: made[name] for name in unchanged}


def test_the_life_of_a_service_principal(entra: Entra) -> None:
    me, application = entra.claims()["oid"], entra.application()
    where = {"$filter": f"appId eq '{application['appId']}'"}
    assert entra.got("/servicePrincipals", **where)["value"] == []
    made = entra.graph("POST", "/servicePrincipals", principal_body(application["appId"], me))
    assert made.status_code == 201
    path = f"/servicePrincipals/{made.json()['id']}"
    assert entra.graph("PATCH", path, {"description": None}).status_code == 204
    assert entra.graph("DELETE", f"{path}/owners/{me}/$ref").status_code == 204

    found = entra.got(path)
    assert found["appId"] == application["appId"]
    assert found["accountEnabled"] is True
    assert found["description"] is None
    assert found["displayName"] == "invoice-poller"
    assert entra.got(f"{path}/owners")["value"] == []
    beta = entra.graph("GET", f"/beta{path}", **{"$select": "samlMetadataUrl"})
    assert set(beta.json()) == {"@odata.context", "samlMetadataUrl"}
    assert entra.got("/servicePrincipals", **where)["value"][0]["id"] == found["id"]

    assert entra.graph("DELETE", path).status_code == 204
    assert fault(entra.graph("GET", path))[:2] == (404, "Request_ResourceNotFound")
    assert entra.got(f"/applications/{application['id']}")["id"] == application["id"]


def test_adopting_a_principal_overwrites_it(entra: Entra) -> None:
    thunderbird = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
    made = entra.made("/servicePrincipals", {"appId": thunderbird, "notes": "by hand", "tags": ["kept"]})
    body = principal_body(thunderbird, NOBODY)
    del body["owners@odata.bind"], body["appId"]
    assert entra.graph("PATCH", f"/servicePrincipals/{made['id']}", body).status_code == 204
    found = entra.principal(thunderbird)
    assert found["id"] == made["id"]
    assert (found["notes"], found["tags"]) == (None, [])
    assert found["appOwnerOrganizationId"] != entra.tenant.id


def test_the_life_of_a_password(entra: Entra) -> None:
    application = entra.application()
    path = f"/applications/{application['id']}"
    wanted = {"displayName": "poller-vm", "endDateTime": "2027-05-01T00:00:00Z"}
    made = entra.graph("POST", f"{path}/addPassword", {"passwordCredential": wanted})
    assert made.status_code == 200
    password = made.json()
    assert len(password["secretText"]) == 40
    assert password["hint"] == password["secretText"][:3]
    [shown] = entra.got(path)["passwordCredentials"]
    assert shown["keyId"] == password["keyId"]
    assert shown["displayName"] == "poller-vm"
    assert (
        shown["endDateTime"] == "2027-05-01T00:00:00Z"
    )  # exactly as it was sent, or it is replaced on every up
    assert shown["startDateTime"].endswith("Z")
    assert shown["secretText"] is None
    other = entra.made(f"{path}/addPassword", {"passwordCredential": {"displayName": "ci"}})
    removed = entra.graph("POST", f"{path}/removePassword", {"keyId": password["keyId"]})
    assert (removed.status_code, removed.content) == (204, b"")
    assert [one["keyId"] for one in entra.got(path)["passwordCredentials"]] == [other["keyId"]]
    assert fault(entra.graph("POST", f"{path}/removePassword", {"keyId": password["keyId"]}))[0] == 400


def test_deleting_an_application_takes_everything_with_it(entra: Entra) -> None:
    application, principal, secret = entra.client()
    resource = entra.principal(EXCHANGE)
    assignment = entra.assign(principal["id"], resource, IMAP_AS_APP)
    grant = {"clientId": principal["id"], "consentType": "AllPrincipals", "scope": "SMTP.Send"}
    made = entra.made("/oauth2PermissionGrants", grant | {"resourceId": entra.principal(GRAPH)["id"]})
    token = entra.token(application["appId"], secret)
    assert entra.graph("DELETE", f"/applications/{application['id']}").status_code == 204
    for path in (
        f"/servicePrincipals/{principal['id']}",
        f"/servicePrincipals/{resource['id']}/appRoleAssignedTo/{assignment['id']}",
        f"/oauth2PermissionGrants/{made['id']}",
    ):
        assert entra.graph("GET", path).status_code == 404
    assert entra.sign_in(client_id=application["appId"], client_secret=secret).json()["error_codes"] == [
        700016
    ]
    # The token still holds, but nobody stands behind it any more.
    assert fault(entra.graph("GET", "/applications", token=token))[:2] == (
        401,
        "Authorization_IdentityNotFound",
    )


def test_a_permission_must_be_disabled_before_it_goes(entra: Entra) -> None:
    role = {
        "allowedMemberTypes": ["Application"],
        "description": "d",
        "displayName": "d",
        "id": NOBODY,
        "isEnabled": True,
        "value": "Read",
    }
    path = f"/applications/{entra.made('/applications', {'displayName': 'api', 'appRoles': [role]})['id']}"
    assert fault(entra.graph("PATCH", path, {"appRoles": []})) == (
        400,
        "CannotDeleteOrUpdateEnabledEntitlement",
        "Permission (scope or role) cannot be deleted or updated unless disabled first.",
    )
    assert entra.graph("PATCH", path, {"appRoles": [role | {"isEnabled": False}]}).status_code == 204
    assert entra.graph("PATCH", path, {"appRoles": []}).status_code == 204


def test_a_principal_follows_its_application(entra: Entra) -> None:
    application, principal, _ = entra.client()
    change = {"displayName": "renamed", "identifierUris": ["api://invoices"]}
    entra.graph("PATCH", f"/applications/{application['id']}", change)
    found = entra.got(f"/servicePrincipals/{principal['id']}")
    assert found["displayName"] == "renamed"
    assert found["servicePrincipalNames"] == ["api://invoices", application["appId"]]
    assert entra.claims(scope="api://invoices/.default")["aud"] == "api://invoices"


def test_both_kinds_go_by_application_id_too(entra: Entra) -> None:
    application, principal, _ = entra.client()
    assert entra.got(f"/applications(appId='{application['appId']}')")["id"] == application["id"]
    assert entra.got(f"/servicePrincipals(appId='{application['appId']}')")["id"] == principal["id"]
    missing = entra.graph("GET", f"/applications(appId='{NOBODY}')")
    assert fault(missing) == (404, "Request_ResourceNotFound", ABSENT)


def test_owners(entra: Entra) -> None:
    application, principal, _ = entra.client()
    path = f"/applications/{application['id']}/owners"
    reference = {"@odata.id": f"{BASE}/v1.0/directoryObjects/{principal['id']}"}
    assert entra.graph("POST", f"{path}/$ref", reference).status_code == 204
    [owner] = entra.got(path)["value"]
    assert owner["@odata.type"] == "#microsoft.graph.servicePrincipal"
    assert fault(entra.graph("POST", f"{path}/$ref", reference))[0] == 400
    registration = {"@odata.id": f"{BASE}/v1.0/directoryObjects/{application['id']}"}
    assert (
        "is invalid for the 'owners' reference."
        in fault(entra.graph("POST", f"{path}/$ref", registration))[2]
    )
    assert entra.graph("DELETE", f"{path}/{principal['id']}/$ref").status_code == 204
    assert fault(entra.graph("DELETE", f"{path}/{principal['id']}/$ref"))[0] == 404


def test_people_and_the_organization(entra: Entra) -> None:
    token = entra.client_with("Directory.Read.All")
    people = entra.graph("GET", "/users", token=token).json()["value"]
    names = {person["userPrincipalName"] for person in people}
    assert names >= {"frontdesk@contoso.com", "adele@contoso.com", "alex@contoso.com"}
    assert "admin@contoso.onmicrosoft.com" in names
    billing = next(person for person in people if person["userPrincipalName"] == "billing@contoso.com")
    shown = entra.graph("GET", f"/users/{billing['id']}", token=token, **{"$select": "accountEnabled"}).json()
    assert shown["accountEnabled"] is False  # a shared mailbox is nobody who signs in
    adele = entra.graph("GET", "/users/adele@contoso.com", token=token).json()
    assert adele["displayName"] == "Adele Vance"
    assert entra.graph("GET", f"/users/{adele['id']}", token=token).json()["mail"] == "adele@contoso.com"
    [organization] = entra.graph("GET", "/organization", token=token).json()["value"]
    assert organization["id"] == entra.tenant.id
    initial = [domain["name"] for domain in organization["verifiedDomains"] if domain["isInitial"]]
    assert initial == ["contoso.onmicrosoft.com"]
