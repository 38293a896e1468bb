"""Members of directory roles: the older door to what role assignments keep. Graph PowerShell and azuread knock at it.

https://learn.microsoft.com/graph/api/directoryrole-list-members, …-post-members, …-delete-member
"""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import BASE, CLIENT_ID, NOBODY, Entra, fault, seeded

ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
RECIPIENTS = "31392ffb-586c-42d1-9346-e59415a2cc4e"
PRIVILEGED = "e8611ab8-c189-46e8-94e1-60213ab1f814"
OBJECTS = f"{BASE}/v1.0/directoryObjects"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def manager(entra: Entra) -> str:
    return entra.client_with("RoleManagement.ReadWrite.Directory", name="roles")


@pytest.fixture
def role(entra: Entra, manager: str) -> Any:
    """The role of recipient administrators, activated, that nobody holds."""
    return entra.graph("POST", "/directoryRoles", {"roleTemplateId": RECIPIENTS}, token=manager).json()


@pytest.fixture
def principal(entra: Entra) -> str:
    return str(entra.client("poller")[1]["id"])


def members(entra: Entra, path: str, token: str) -> list[str]:
    answer = entra.graph("GET", f"{path}/members", token=token)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["value"]]


@pytest.mark.parametrize(
    "path",
    [
        "/directoryRoles/{id}",
        "/beta/directoryRoles/{id}",
        f"/directoryRoles/{RECIPIENTS}",
        f"/directoryRoles(roleTemplateId='{RECIPIENTS}')",
        f"/directoryRoles/roleTemplateId={RECIPIENTS}",
    ],
)
def test_a_member_comes_and_goes(entra: Entra, manager: str, role: Any, principal: str, path: str) -> None:
    at = path.format(id=role["id"])
    link = {"@odata.id": f"{OBJECTS}/{principal}"}
    assert members(entra, at, manager) == []

    assert entra.graph("POST", f"{at}/members/$ref", link, token=manager).status_code == 204
    assert members(entra, at, manager) == [principal]
    [held] = entra.graph(
        "GET", ASSIGNMENTS, token=manager, **{"$filter": f"principalId eq '{principal}'"}
    ).json()["value"]
    assert (held["roleDefinitionId"], held["directoryScopeId"]) == (RECIPIENTS, "/")

    one = entra.graph("GET", f"{at}/members/{principal}/$ref", token=manager).json()
    [listed] = entra.graph("GET", f"{at}/members/$ref", token=manager).json()["value"]
    assert one["@odata.id"].endswith(f"/directoryObjects/{principal}")
    assert listed["@odata.id"] == one["@odata.id"]

    gone = entra.graph("DELETE", f"{at}/members/{principal}/$ref", token=manager)
    assert gone.status_code == 204
    assert members(entra, at, manager) == []


def test_who_was_assigned_the_role_is_a_member(entra: Entra, manager: str) -> None:
    path = f"/directoryRoles(roleTemplateId='{EXCHANGE_ADMINISTRATOR}')/members"
    [automation] = entra.graph("GET", path, token=manager).json()["value"]
    assert automation["appId"] == CLIENT_ID
    assert automation["@odata.type"] == "#microsoft.graph.servicePrincipal"
    [only] = entra.graph("GET", path, token=manager, **{"$select": "id"}).json()["value"]
    assert only == {"@odata.type": "#microsoft.graph.servicePrincipal", "id": automation["id"]}


def test_a_member_has_what_the_role_gives(entra: Entra, manager: str, role: Any) -> None:
    application, principal, secret = entra.client("administrator")
    link = {"@odata.id": f"{BASE}/v1.0/servicePrincipals/{principal['id']}"}
    path = f"/directoryRoles/{role['id']}/members/$ref"
    assert entra.graph("POST", path, link, token=manager).status_code == 204
    assert RECIPIENTS in entra.claims(application["appId"], secret)["wids"]


@pytest.mark.parametrize(
    ("link", "status", "text"),
    [
        ({"@odata.id": f"{OBJECTS}/{NOBODY}"}, 400, f"Resource '{NOBODY}' does not exist"),
        ({"@odata.id": "nonsense"}, 400, "Invalid URL format specified in payload."),
        ({"@odata.id": 5}, 400, "Invalid URL format specified in payload."),
        ({}, 400, "Invalid URL format specified in payload."),
    ],
)
def test_a_wrong_reference_adds_nobody(
    entra: Entra, manager: str, role: Any, link: Any, status: int, text: str
) -> None:
    path = f"/directoryRoles/{role['id']}"
    found = fault(entra.graph("POST", f"{path}/members/$ref", link, token=manager))
    assert found[:2] == (status, "Request_BadRequest")
    assert found[2].startswith(text)
    assert members(entra, path, manager) == []


def test_nobody_is_a_member_twice(entra: Entra, manager: str, role: Any, principal: str) -> None:
    path, link = f"/directoryRoles/{role['id']}", {"@odata.id": f"{OBJECTS}/{principal}"}
    entra.graph("POST", f"{path}/members/$ref", link, token=manager)
    again = fault(entra.graph("POST", f"{path}/members/$ref", link, token=manager))
    assert again[:2] == (400, "Request_BadRequest")
    assert "already exist for the following modified properties: 'members'" in again[2]
    assert members(entra, path, manager) == [principal]


def test_what_is_not_there_is_not_found(entra: Entra, manager: str, role: Any, principal: str) -> None:
    link = {"@odata.id": f"{OBJECTS}/{principal}"}
    for method, path, body in (
        ("GET", f"/directoryRoles/{NOBODY}/members", None),
        ("GET", f"/directoryRoles(roleTemplateId='{PRIVILEGED}')/members", None),  # not activated
        ("POST", f"/directoryRoles/{NOBODY}/members/$ref", link),
        ("GET", f"/directoryRoles/{role['id']}/members/{principal}/$ref", None),
        ("DELETE", f"/directoryRoles/{role['id']}/members/{principal}/$ref", None),
    ):
        answer = entra.graph(method, path, body, token=manager)
        assert fault(answer)[:2] == (404, "Request_ResourceNotFound")


def test_only_who_manages_roles_changes_members(entra: Entra, role: Any, principal: str) -> None:
    path, link = f"/directoryRoles/{role['id']}/members", {"@odata.id": f"{OBJECTS}/{principal}"}
    reader = entra.client_with("RoleManagement.Read.Directory", name="reader")
    assert entra.graph("GET", path, token=reader).json()["value"] == []
    denied = [
        entra.graph("GET", path),  # automation, which may do much, but not this
        entra.graph("POST", f"{path}/$ref", link, token=reader),
        entra.graph("DELETE", f"{path}/{principal}/$ref", token=reader),
    ]
    assert {fault(answer)[:2] for answer in denied} == {(403, "Authorization_RequestDenied")}
    assert entra.graph("GET", path, token=reader).json()["value"] == []


def test_nobody_takes_a_role_from_itself(entra: Entra) -> None:
    application, principal, secret = entra.client("president")
    entra._give_roles(principal["id"], (PRIVILEGED,))  # noqa: SLF001 - as the seed would
    own = entra.token(application["appId"], secret)
    path = f"/directoryRoles(roleTemplateId='{PRIVILEGED}')/members/{principal['id']}/$ref"
    refused = fault(entra.graph("DELETE", path, token=own))
    assert refused == (
        400,
        "Request_BadRequest",
        "Removing self from Privileged Role Administrator built-in role is not allowed",
    )
