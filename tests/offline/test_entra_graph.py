"""Microsoft Graph on applications, principals, owners and people; the azuread plugin's own calls: test_entra_wire_walk."""

from collections.abc import Callable, Iterable

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


def test_an_update_changes_what_it_names_and_nothing_else(entra: Entra) -> None:
    made = entra.made("/applications", {"displayName": "a", "api": {"requestedAccessTokenVersion": 1}})
    path = f"/applications/{made['id']}"
    entra.graph("PATCH", path, {"api": {"acceptMappedClaims": True}, "web": {"redirectUris": ["https://a/"]}})
    found = entra.got(path)
    assert found["api"]["requestedAccessTokenVersion"] == 1
    assert found["api"]["acceptMappedClaims"] is True
    unchanged = set(found) - {"api", "web", "@odata.context"}
    assert {name: found[name] for name in unchanged} == {name: made[name] for name in unchanged}


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
