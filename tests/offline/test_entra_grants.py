"""Consent in Graph: application permissions that are assigned, delegated ones that are granted, and what is offered."""

from collections.abc import Callable, Iterable

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.entra.directory.consent import packed_id
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import (
    CLIENT_ID,
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


def test_consent_to_an_application_permission(entra: Entra) -> None:
    _, principal, _ = entra.client()
    resource = entra.principal(EXCHANGE)
    path = f"/servicePrincipals/{resource['id']}/appRoleAssignedTo"
    body = {"appRoleId": IMAP_AS_APP, "principalId": principal["id"], "resourceId": resource["id"]}
    made = entra.graph("POST", path, {"@odata.type": "#microsoft.graph.appRoleAssignment"} | body)
    assert made.status_code == 201
    one = f"{path}/{made.json()['id']}"
    found = entra.got(one)
    assert {name: found[name] for name in body} == body
    assert found["principalDisplayName"] == "invoice-poller"
    assert found["principalType"] == "ServicePrincipal"
    assert found["resourceDisplayName"] == "Office 365 Exchange Online"
    [seen] = entra.got(f"/servicePrincipals/{principal['id']}/appRoleAssignments")["value"]
    assert seen["id"] == found["id"]
    again = entra.graph("POST", path, body)
    assert fault(again) == (
        400,
        "Request_BadRequest",
        "Permission being assigned already exists on the object",
    )
    assert entra.graph("DELETE", one).status_code == 204
    assert fault(entra.graph("DELETE", one))[:2] == (404, "Request_ResourceNotFound")
    assert fault(entra.graph("GET", one))[:2] == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"principalId": NOBODY}, "Not a valid reference update."),
        ({"resourceId": NOBODY}, "Not a valid reference update."),
        ({"appRoleId": NOBODY}, f"Permission being assigned was not found on application '{EXCHANGE}'."),
        (
            {"appRoleId": "IMAP"},
            "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
        ),
        ({"color": "blue"}, "Invalid property 'color'."),
    ],
)
def test_assignments_that_are_refused(entra: Entra, change: dict[str, str], text: str) -> None:
    _, principal, _ = entra.client()
    resource = entra.principal(EXCHANGE)
    body = {"appRoleId": IMAP_AS_APP, "principalId": principal["id"], "resourceId": resource["id"]}
    refused = entra.graph("POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", body | change)
    assert fault(refused) == (400, "Request_BadRequest", text)


def test_the_registration_is_no_principal(entra: Entra) -> None:
    application, _, _ = entra.client()
    resource = entra.principal(EXCHANGE)
    body = {"appRoleId": IMAP_AS_APP, "principalId": application["id"], "resourceId": resource["id"]}
    refused = entra.graph("POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", body)
    assert fault(refused) == (400, "Request_BadRequest", "Not a valid reference update.")


def test_consent_to_delegated_permissions(entra: Entra) -> None:
    _, principal, _ = entra.client()
    body = {
        "@odata.type": "#microsoft.graph.oAuth2PermissionGrant",
        "clientId": principal["id"],
        "consentType": "AllPrincipals",
        "resourceId": entra.principal(GRAPH)["id"],
        "scope": "IMAP.AccessAsUser.All SMTP.Send",
    }
    made = entra.graph("POST", "/oauth2PermissionGrants", body)
    assert made.status_code == 201
    path = f"/oauth2PermissionGrants/{made.json()['id']}"
    assert entra.got(path)["scope"] == body["scope"]
    again = entra.graph("POST", "/oauth2PermissionGrants", body)
    assert fault(again) == (
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        "Permission entry already exists.",
    )
    assert entra.graph("PATCH", path, {"scope": "SMTP.Send"}).status_code == 204
    assert entra.got(path)["scope"] == "SMTP.Send"
    of_client = entra.got("/oauth2PermissionGrants", **{"$filter": f"clientId eq '{principal['id']}'"})
    assert len(of_client["value"]) == 1
    assert entra.graph("DELETE", path).status_code == 204
    assert fault(entra.graph("GET", path))[:2] == (404, "Request_ResourceNotFound")


def test_the_id_of_a_grant_is_made_of_its_parties() -> None:
    # The same construction as in a real tenant: https://github.com/Azure/azure-cli/issues/20974
    ids = ("b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec", "a3efc889-f1b7-4532-9e01-91e32d1039f4")
    assert packed_id(*ids) == "qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ"


@pytest.mark.parametrize("missing", ["clientId", "resourceId"])
def test_a_grant_between_parties_that_are_not_there(entra: Entra, missing: str) -> None:
    parties = {"clientId": entra.principal(CLIENT_ID)["id"], "resourceId": entra.principal(GRAPH)["id"]}
    body = parties | {missing: NOBODY, "consentType": "AllPrincipals", "scope": "SMTP.Send"}
    refused = entra.graph("POST", "/oauth2PermissionGrants", body)
    assert fault(refused) == (400, "Request_BadRequest", ABSENT)


@pytest.mark.parametrize(
    ("app_id", "kind", "expected"),
    [
        (
            EXCHANGE,
            "appRoles",
            {
                "IMAP.AccessAsApp": "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
                "POP.AccessAsApp": "cb842b43-da6e-4506-86fe-bb12199c656d",
                "SMTP.SendAsApp": "7146a1f0-8703-45b3-9eae-527a64c00995",
                "Exchange.ManageAsApp": "dc50a0fb-09a3-484d-be87-e023b12c6440",
                "full_access_as_app": "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
            },
        ),
        (
            EXCHANGE,
            "oauth2PermissionScopes",
            {
                "IMAP.AccessAsUser.All": "195adc35-e27b-454b-a7ed-1ecdffa1c09f",
                "POP.AccessAsUser.All": "fb698133-92fa-453e-a9ed-688e10f2e5ac",
                "SMTP.Send": "76faac2a-0f20-42f1-928a-50de5b9dbe52",
                "Exchange.Manage": "ab4f2b77-0b06-4fc1-a9de-02113fc2ab7c",
            },
        ),
        (
            GRAPH,
            "oauth2PermissionScopes",
            {
                "IMAP.AccessAsUser.All": "652390e4-393a-48de-9484-05f9b1212954",
                "POP.AccessAsUser.All": "d7b7f2d9-0f45-4ea1-9d42-e50810c06991",
                "SMTP.Send": "258f6531-6087-4cc4-bb90-092c5fb3ed3f",
                "offline_access": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
                "openid": "37f7f235-527c-4136-accd-4a02d197296e",
                "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                "profile": "14dad69e-099b-42c9-810b-d002981feec1",
                "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
            },
        ),
        (
            GRAPH,
            "appRoles",
            {
                "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
                "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
                "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
                "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
                "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
                "RoleManagement.ReadWrite.Exchange": "025d3225-3f02-4882-b4c0-cd5b541a4e80",
            },
        ),
    ],
)
def test_the_permissions_of_first_party_resources(
    entra: Entra, app_id: str, kind: str, expected: dict[str, str]
) -> None:
    offered = {permission["value"]: permission["id"] for permission in entra.principal(app_id)[kind]}
    assert offered | expected == offered
    assert all(permission["isEnabled"] for permission in entra.principal(app_id)[kind])
