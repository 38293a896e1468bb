"""Directory roles by every door that Graph has to them, and what no role removes: Microsoft's own applications."""

from collections.abc import Callable, Iterable

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import CLIENT_ID, EXCHANGE, GRAPH, NOBODY, SECRET, Entra, fault, seeded

DEFINITIONS = "/roleManagement/directory/roleDefinitions"
ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
RECIPIENTS = "31392ffb-586c-42d1-9346-e59415a2cc4e"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def manager(entra: Entra) -> str:
    return entra.client_with("RoleManagement.ReadWrite.Directory", name="roles")


@pytest.mark.parametrize("version", ["", "/beta"])
def test_a_role_definition_is_found_by_its_name(entra: Entra, manager: str, version: str) -> None:
    wanted = {"$filter": "displayName eq 'Exchange Administrator'"}
    [found] = entra.graph("GET", version + DEFINITIONS, token=manager, **wanted).json()["value"]
    assert (found["id"], found["templateId"]) == (EXCHANGE_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR)
    assert (found["isBuiltIn"], found["isEnabled"]) == (True, True)
    alone = entra.graph("GET", f"{version}{DEFINITIONS}/{EXCHANGE_ADMINISTRATOR}", token=manager).json()
    assert alone["displayName"] == "Exchange Administrator"
    assert fault(entra.graph("GET", f"{DEFINITIONS}/{NOBODY}", token=manager))[0] == 404
    assert fault(entra.graph("GET", DEFINITIONS))[:2] == (403, "Authorization_RequestDenied")


def test_roles_are_given_and_never_defined_here(entra: Entra, manager: str) -> None:
    assert entra.graph("POST", DEFINITIONS, {"displayName": "mine"}, token=manager).status_code == 501
    asked = entra.graph("GET", DEFINITIONS, token=manager, **{"$select": "rolePermissions"})
    assert fault(asked)[:2] == (501, "NotEmulated")


def test_a_role_is_activated_once(entra: Entra, manager: str) -> None:
    templates = entra.graph("GET", "/directoryRoleTemplates", token=manager).json()["value"]
    assert {template["id"] for template in templates} >= {EXCHANGE_ADMINISTRATOR, RECIPIENTS}
    assert RECIPIENTS not in _activated(entra, manager)
    body = {"roleTemplateId": RECIPIENTS}
    made = entra.graph("POST", "/directoryRoles", body, token=manager)
    assert made.status_code == 201
    role = made.json()
    assert role["displayName"] == "Exchange Recipient Administrator"
    assert role["id"] != RECIPIENTS
    for path in (f"/directoryRoles/{role['id']}", f"/directoryRoles(roleTemplateId='{RECIPIENTS}')"):
        assert entra.graph("GET", path, token=manager).json()["id"] == role["id"]
    assert fault(entra.graph("POST", "/directoryRoles", body, token=manager))[0] == 409
    assert fault(entra.graph("POST", "/directoryRoles", {"roleTemplateId": NOBODY}, token=manager))[0] == 400


def test_a_role_that_somebody_holds_is_activated(entra: Entra, manager: str) -> None:
    assert RECIPIENTS not in _activated(entra, manager)
    _, principal, _ = entra.client()
    body = {"principalId": principal["id"], "roleDefinitionId": RECIPIENTS, "directoryScopeId": "/"}
    nothing = {"appScopeId": None, "condition": None}
    assert entra.graph("POST", ASSIGNMENTS, body | nothing, token=manager).status_code == 201
    assert RECIPIENTS in _activated(entra, manager)


@pytest.mark.parametrize("name", ["appScopeId", "condition"])
def test_narrower_assignments_are_refused(entra: Entra, manager: str, name: str) -> None:
    _, principal, _ = entra.client()
    body = {"principalId": principal["id"], "roleDefinitionId": RECIPIENTS, name: "/x"}
    assert fault(entra.graph("POST", ASSIGNMENTS, body, token=manager))[:2] == (501, "NotEmulated")


def _activated(entra: Entra, token: str) -> set[str]:
    found = entra.graph("GET", "/directoryRoles", token=token).json()["value"]
    return {role["roleTemplateId"] for role in found}


@pytest.mark.parametrize("app_id", [GRAPH, EXCHANGE])
def test_principals_of_microsoft_stay(entra: Entra, app_id: str) -> None:
    path = f"/servicePrincipals/{entra.principal(app_id)['id']}"
    assert fault(entra.graph("DELETE", path))[:2] == (403, "Authorization_RequestDenied")
    assert entra.got(path)["appId"] == app_id


def test_principals_of_other_publishers_go(entra: Entra) -> None:
    found = entra.got("/servicePrincipals", **{"$filter": f"appId eq '{THUNDERBIRD}'"})["value"]
    principal = found[0] if found else entra.made("/servicePrincipals", {"appId": THUNDERBIRD})
    assert entra.graph("DELETE", f"/servicePrincipals/{principal['id']}").status_code == 204


@pytest.mark.parametrize(
    "grant",
    [{"grant_type": "client_credentials"}, {"grant_type": "password", "username": "a", "password": "b"}],
)
def test_version_1_asks_for_the_resource(entra: Entra, grant: dict[str, str]) -> None:
    form = {"client_id": CLIENT_ID, "client_secret": SECRET, "scope": f"{GRAPH}/.default"} | grant
    answer = entra.http.post(f"/{entra.tenant.id}/oauth2/token", data=form).json()
    assert answer["error_codes"] == [900144]
    assert "'resource'" in answer["error_description"]


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
