"""Microsoft Graph as the azuread plugin uses it: every operation, in the plugin's order, with its own bodies."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.entra.directory.consent import packed_id
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import (
    BASE,
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


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", f"/applications/{NOBODY}", None, (404, "Request_ResourceNotFound", ABSENT)),
        ("GET", "/applications/x", None, (400, "Request_BadRequest", "Invalid object identifier 'x'.")),
        ("PATCH", f"/applications/{NOBODY}", {"displayName": "a"}, (404, "Request_ResourceNotFound", ABSENT)),
        ("DELETE", f"/servicePrincipals/{NOBODY}", None, (404, "Request_ResourceNotFound", ABSENT)),
        ("POST", f"/applications/{NOBODY}/addPassword", {}, (404, "Request_ResourceNotFound", ABSENT)),
        (
            "POST",
            "/applications",
            {},
            (
                400,
                "Request_BadRequest",
                "A value is required for property 'displayName' of resource 'Application'.",
            ),
        ),
        (
            "POST",
            "/applications",
            {"displayName": 7},
            (
                400,
                "Request_BadRequest",
                "Invalid value specified for property 'displayName' of resource 'Application'.",
            ),
        ),
        (
            "POST",
            "/applications",
            {"displayName": "a", "x": 1},
            (400, "Request_BadRequest", "Invalid property 'x'."),
        ),
        (
            "POST",
            "/applications",
            {"displayName": "a", "appId": NOBODY},
            (400, "Request_BadRequest", "Property 'appId' is read-only and cannot be set."),
        ),
        (
            "POST",
            "/applications",
            {"displayName": "a", "owners@odata.bind": [f"{BASE}/v1.0/directoryObjects/{NOBODY}"]},
            (400, "Request_BadRequest", ABSENT),
        ),
        (
            "POST",
            "/servicePrincipals",
            {"appId": NOBODY},
            (
                400,
                "NoBackingApplicationObject",
                f"The appId '{NOBODY}' of the service principal does not reference a valid application object.",
            ),
        ),
        (
            "POST",
            "/servicePrincipals",
            {"appId": GRAPH},
            (
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                (
                    "The service principal cannot be created, updated, or restored because the service principal name "
                    f"{GRAPH} is already in use."
                ),
            ),
        ),
    ],
)
def test_what_graph_refuses(
    entra: Entra, method: str, path: str, body: Any, expected: tuple[int, str, str]
) -> None:
    assert fault(entra.graph(method, path, body)) == expected


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


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"7", b'{"displayName": "\\ud800"}', b'{"a": NaN}', b"[" * 99999]
)
def test_bodies_that_are_no_json_object(entra: Entra, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {entra.token()}", "Content-Type": "application/json"}
    response = entra.http.post("/v1.0/applications", content=body, headers=headers)
    assert fault(response)[:2] == (400, "BadRequest")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("displayName eq 'b'", {"b"}),
        ("DisplayName eq 'B'", {"b"}),
        ("startswith(displayName,'c')", {"c", "c''s"}),
        ("displayName eq 'c''''s'", {"c''s"}),
        ("displayName eq 'b' and signInAudience eq 'AzureADMyOrg'", {"b"}),
        ("identifierUris/any(u:u eq 'api://b')", {"b"}),
        ("displayName eq null", set()),
    ],
)
def test_filters(entra: Entra, text: str, names: set[str]) -> None:
    for name in ("a", "b", "c", "c''s"):
        entra.made("/applications", {"displayName": name, "identifierUris": [f"api://{name}"]})
    found = entra.got("/applications", **{"$filter": text})["value"]
    assert {application["displayName"] for application in found} == names


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"$filter": "displayName like 'a'"}, (400, "BadRequest")),
        ({"$filter": "color eq 'a'"}, (400, "BadRequest")),
        ({"$filter": "api eq 'a'"}, (400, "Request_UnsupportedQuery")),
        ({"$select": "color"}, (400, "BadRequest")),
        ({"$top": "0"}, (400, "BadRequest")),
        ({"$top": "many"}, (400, "BadRequest")),
        ({"$expand": "owners"}, (501, "NotEmulated")),
    ],
)
def test_queries_that_are_refused(entra: Entra, options: dict[str, str], expected: tuple[int, str]) -> None:
    assert fault(entra.graph("GET", "/applications", **options))[:2] == expected


def test_pages_follow_each_other(entra: Entra) -> None:
    for number in range(5):
        entra.application(f"page-{number}")
    wanted = {"$filter": "startswith(displayName,'page-')", "$top": "2", "$select": "displayName"}
    url, seen = "/applications", []
    while url:
        answer = entra.got(url, **wanted)
        seen += [application["displayName"] for application in answer["value"]]
        following = answer.get("@odata.nextLink", "")
        assert following.startswith(BASE) or not following
        url, wanted = following.removeprefix(f"{BASE}/v1.0"), {}
    assert seen == [f"page-{number}" for number in range(5)]


def test_role_assignments(entra: Entra) -> None:
    path, exchange_administrator = (
        "/roleManagement/directory/roleAssignments",
        "29232cdf-9323-42fd-ade2-1d097af3e4de",
    )
    application, principal, secret = entra.client()
    token = entra.client_with("RoleManagement.ReadWrite.Directory", name="roles")
    body = {
        "principalId": principal["id"],
        "roleDefinitionId": exchange_administrator,
        "directoryScopeId": "/",
    }
    made = entra.graph("POST", path, body, token=token)
    assert made.status_code == 201
    assert exchange_administrator in entra.claims(application["appId"], secret)["wids"]
    assert fault(entra.graph("POST", path, body, token=token))[0] == 409
    assert entra.graph("DELETE", f"{path}/{made.json()['id']}", token=token).status_code == 204
    assert exchange_administrator not in entra.claims(application["appId"], secret)["wids"]


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
