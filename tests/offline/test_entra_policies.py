"""Policies over credentials and consent, deleted items and their thirty days, accounts and their passwords."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import EXCHANGE, GRAPH, IMAP_AS_APP, NOBODY, Entra, fault, seeded

POLICY = "/policies/defaultAppManagementPolicy"
DELETED = "/directory/deletedItems"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
FORBIDDEN = (
    400,
    "CredentialTypeNotAllowedAsPerAppPolicy",
    "Credential type not allowed as per assigned policy",
)
TOO_LONG = (
    400,
    "CredentialInvalidLifetimeAsPerAppPolicy",
    "Credential lifetime exceeds the max value allowed as per assigned policy",
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def admin(entra: Entra) -> str:
    """The token of a client that may do anything."""
    permissions = ("Policy.ReadWrite.ApplicationConfiguration", "Policy.ReadWrite.Authorization")
    return entra.client_with(*permissions, "User.ReadWrite.All", roles=(GLOBAL_ADMINISTRATOR,))


def restrict(entra: Entra, admin: str, *passwords: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"isEnabled": True, "applicationRestrictions": {"passwordCredentials": list(passwords)} | more}
    return entra.graph("PATCH", POLICY, body, token=admin)


def add_password(entra: Entra, application: Any, **wanted: str) -> httpx.Response:
    return entra.graph(
        "POST", f"/applications/{application['id']}/addPassword", {"passwordCredential": wanted}
    )


def test_the_policy_of_a_new_tenant_forbids_nothing(entra: Entra, admin: str) -> None:
    found = entra.graph("GET", POLICY, token=admin).json()
    assert found["isEnabled"] is False
    assert found["applicationRestrictions"] == {"passwordCredentials": [], "keyCredentials": []}
    stranger = entra.client_with("Application.Read.All")
    assert fault(entra.graph("GET", POLICY, token=stranger))[:2] == (403, "Authorization_RequestDenied")
    assert fault(entra.graph("PATCH", POLICY, {"isEnabled": True}))[0] == 403


def test_secrets_can_be_forbidden(entra: Entra, admin: str) -> None:
    application = entra.application()
    told = restrict(entra, admin, {"restrictionType": "passwordAddition", "state": "enabled"})
    assert told.status_code == 204
    assert fault(add_password(entra, application)) == FORBIDDEN
    assert entra.got(f"/applications/{application['id']}")["passwordCredentials"] == []
    restrict(entra, admin, {"restrictionType": "passwordAddition", "state": "disabled"})
    assert add_password(entra, application).status_code == 200


def test_secrets_can_be_limited_in_time(entra: Entra, admin: str) -> None:
    application, now = entra.application(), entra.tenant.clock.now()
    restrict(entra, admin, {"restrictionType": "passwordLifetime", "maxLifetime": "P180D"})
    assert (
        add_password(entra, application, endDateTime=(now + timedelta(days=179)).isoformat()).status_code
        == 200
    )
    assert (
        fault(add_password(entra, application, endDateTime=(now + timedelta(days=181)).isoformat()))
        == TOO_LONG
    )
    assert fault(add_password(entra, application)) == TOO_LONG  # without an end it would be two years


def test_older_applications_can_be_left_alone(entra: Entra, admin: str) -> None:
    old = entra.application("old")
    entra.tenant.clock.advance(timedelta(days=1))
    since = entra.tenant.clock.now().isoformat()
    restriction = {"restrictionType": "passwordAddition", "restrictForAppsCreatedAfterDateTime": since}
    token = entra.client_with("Policy.ReadWrite.ApplicationConfiguration", name="later")
    restrict(entra, token, restriction)
    entra.tenant.clock.advance(timedelta(minutes=1))
    assert add_password(entra, old).status_code == 200
    assert fault(add_password(entra, entra.application("new"))) == FORBIDDEN


@pytest.mark.parametrize(
    ("restriction", "expected"),
    [
        ({"restrictionType": "customPasswordAddition"}, 501),
        ({"restrictionType": "passwordLifetime", "maxLifetime": "180 days"}, 400),
        ({"restrictionType": "passwordLifetime"}, 400),
        ({"restrictionType": "passwordAddition", "restrictForAppsCreatedAfterDateTime": "soon"}, 400),
        ({"restrictionType": "passwordAddition", "color": "blue"}, 400),
    ],
)
def test_restrictions_that_are_refused(
    entra: Entra, admin: str, restriction: dict[str, Any], expected: int
) -> None:
    assert fault(restrict(entra, admin, restriction))[0] == expected
    assert entra.graph("GET", POLICY, token=admin).json()["isEnabled"] is False


def test_a_deleted_application_comes_back_within_thirty_days(entra: Entra) -> None:
    application, principal, secret = entra.client()
    assignment = entra.assign(principal["id"], entra.principal(EXCHANGE), IMAP_AS_APP)
    entra.graph("DELETE", f"/applications/{application['id']}")
    [listed] = entra.got(f"{DELETED}/microsoft.graph.application")["value"]
    assert listed["id"] == application["id"]
    assert listed["deletedDateTime"].endswith("Z")
    assert entra.got(f"{DELETED}/{application['id']}")["@odata.type"] == "#microsoft.graph.application"

    restored = entra.graph("POST", f"{DELETED}/{application['id']}/restore")
    assert restored.json()["deletedDateTime"] is None
    assert entra.got(f"/applications/{application['id']}")["appId"] == application["appId"]
    # The principal is an object of its own, restored by itself.
    assert entra.graph("GET", f"/servicePrincipals/{principal['id']}").status_code == 404
    assert entra.graph("POST", f"{DELETED}/{principal['id']}/restore").status_code == 200
    assert entra.token(application["appId"], secret)
    [found] = entra.got(f"/servicePrincipals/{principal['id']}/appRoleAssignments")["value"]
    assert found["id"] == assignment["id"]
    assert entra.got(f"{DELETED}/microsoft.graph.application")["value"] == []


def test_after_thirty_days_it_is_gone(entra: Entra) -> None:
    application = entra.application()
    entra.graph("DELETE", f"/applications/{application['id']}")
    entra.tenant.clock.advance(timedelta(days=30, minutes=1))
    assert entra.got(f"{DELETED}/microsoft.graph.application")["value"] == []
    assert fault(entra.graph("POST", f"{DELETED}/{application['id']}/restore"))[0] == 404


def test_a_deleted_application_can_be_forgotten_at_once(entra: Entra) -> None:
    application = entra.application()
    entra.graph("DELETE", f"/applications/{application['id']}")
    assert entra.graph("DELETE", f"{DELETED}/{application['id']}").status_code == 204
    assert fault(entra.graph("GET", f"{DELETED}/{application['id']}"))[:2] == (
        404,
        "Request_ResourceNotFound",
    )


def test_what_took_its_place_stays(entra: Entra) -> None:
    first = entra.made("/applications", {"displayName": "a", "identifierUris": ["api://a"]})
    entra.graph("DELETE", f"/applications/{first['id']}")
    entra.made("/applications", {"displayName": "b", "identifierUris": ["api://a"]})
    refused = entra.graph("POST", f"{DELETED}/{first['id']}/restore")
    assert fault(refused)[:2] == (400, "Request_BadRequest")
    assert entra.graph("GET", f"/applications/{first['id']}").status_code == 404


def test_owned_by_restores_only_its_own(entra: Entra) -> None:
    token = entra.client_with("Application.ReadWrite.OwnedBy")
    mine = entra.graph("POST", "/applications", {"displayName": "mine"}, token=token).json()
    theirs = entra.application("theirs")
    for application in (mine, theirs):
        entra.graph("DELETE", f"/applications/{application['id']}")
    assert entra.graph("POST", f"{DELETED}/{mine['id']}/restore", token=token).status_code == 200
    assert fault(entra.graph("POST", f"{DELETED}/{theirs['id']}/restore", token=token))[0] == 403


def test_nobody_takes_a_role_from_itself(entra: Entra) -> None:
    path = "/roleManagement/directory/roleAssignments"
    token = entra.client_with(roles=(GLOBAL_ADMINISTRATOR,), name="admin")
    own = entra.principal(_app_id(entra, "admin"))["id"]
    found = entra.graph("GET", path, token=token, **{"$filter": f"principalId eq '{own}'"}).json()["value"]
    assert fault(entra.graph("DELETE", f"{path}/{found[0]['id']}", token=token)) == (
        400,
        "Request_BadRequest",
        "Removing self from Global Administrator built-in role is not allowed",
    )


def _app_id(entra: Entra, name: str) -> str:
    [found] = entra.got("/applications", **{"$filter": f"displayName eq '{name}'"})["value"]
    return str(found["appId"])


def test_the_life_of_an_account(entra: Entra, admin: str) -> None:
    new: dict[str, Any] = {"accountEnabled": True, "displayName": "Megan Bowen", "mailNickname": "megan"}
    new |= {"userPrincipalName": "megan@contoso.com", "passwordProfile": {"password": "Correct-Horse-9"}}
    made = entra.graph("POST", "/users", new, token=admin)
    assert made.status_code == 201
    path = f"/users/{made.json()['id']}"
    shown = entra.graph("GET", path, token=admin).json()
    assert "accountEnabled" not in shown  # only who asks for it by name sees it
    assert "passwordProfile" not in shown
    asked = entra.graph("GET", path, token=admin, **{"$select": "accountEnabled,userType"}).json()
    assert (asked["accountEnabled"], asked["userType"]) == (True, "Member")
    again = fault(entra.graph("POST", "/users", new, token=admin))
    assert again[:2] == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert entra.graph("PATCH", path, {"accountEnabled": False}, token=admin).status_code == 204
    revoked = entra.graph("POST", f"{path}/revokeSignInSessions", token=admin)
    assert revoked.json()["value"] is True
    assert entra.graph("DELETE", path, token=admin).status_code == 204
    assert entra.graph("GET", path, token=admin).status_code == 404
    text = "/me request is only valid with delegated authentication flow."
    for token in (admin, entra.token()):  # whatever the application may do
        assert fault(entra.graph("GET", "/me", token=token)) == (400, "BadRequest", text)


def test_particulars_of_people_are_kept_for_who_asks(entra: Entra, admin: str) -> None:
    path = "/users/admin@contoso.onmicrosoft.com"
    assert "department" not in entra.graph("GET", path, token=admin).json()
    told = {"department": "IT", "employeeId": "17", "employeeOrgData": {"costCenter": "4"}}
    assert entra.graph("PATCH", path, told, token=admin).status_code == 204
    wanted = "department,employeeId,employeeOrgData,onPremisesSyncEnabled,proxyAddresses,usageLocation"
    shown = entra.graph("GET", path, token=admin, **{"$select": wanted}).json()
    assert {name: shown[name] for name in wanted.split(",")} == {
        "department": "IT",
        "employeeId": "17",
        "employeeOrgData": {"costCenter": "4", "division": None},
        "onPremisesSyncEnabled": None,
        "proxyAddresses": [],
        "usageLocation": None,
    }
    nobody = (
        "Resource 'manager' does not exist or one of its queried reference-property objects are not present."
    )
    alone = fault(entra.graph("GET", f"{path}/manager", token=admin))
    assert alone == (404, "Request_ResourceNotFound", nobody)
    assert fault(entra.graph("GET", f"/users/{NOBODY}/manager", token=admin))[0] == 404
    assert fault(entra.graph("PATCH", path, {"onPremisesSyncEnabled": True}, token=admin))[0] == 400


@pytest.mark.parametrize(
    "change",
    [
        {"userPrincipalName": "megan@elsewhere.example"},
        {"userPrincipalName": None},
        {"passwordProfile": None},
        {"passwordProfile": {"password": "short"}},
        {"passwordProfile": {"password": 7}},
        {"color": "blue"},
    ],
)
def test_accounts_that_are_refused(entra: Entra, admin: str, change: dict[str, Any]) -> None:
    new: dict[str, Any] = {"accountEnabled": True, "displayName": "Megan", "mailNickname": "megan"}
    new |= {"userPrincipalName": "megan@contoso.com", "passwordProfile": {"password": "Correct-Horse-9"}}
    assert fault(entra.graph("POST", "/users", new | change, token=admin))[0] == 400
    assert entra.tenant.documents("users").find("userPrincipalName", "megan@contoso.com") == []


def test_permissions_are_told_in_words(entra: Entra) -> None:
    scopes = {scope["value"]: scope for scope in entra.principal(GRAPH)["oauth2PermissionScopes"]}
    assert (
        scopes["IMAP.AccessAsUser.All"]["adminConsentDisplayName"]
        == "Read and write access to mailboxes via IMAP."
    )
    assert scopes["SMTP.Send"]["type"] == "User"
    assert scopes["Directory.Read.All"]["type"] == "Admin"


def test_a_policy_that_is_not_emulated(entra: Entra, admin: str) -> None:
    assert entra.graph("GET", "/policies/conditionalAccessPolicies", token=admin).status_code == 501
    assert entra.graph("GET", f"{DELETED}/{NOBODY}", token=admin).status_code == 404
