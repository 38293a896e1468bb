"""Policies over the credentials of single applications, which take the place of the tenant's."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import BASE, NOBODY, Entra, fault, seeded

TENANTS = "/policies/defaultAppManagementPolicy"
OWN = "/policies/appManagementPolicies"
DENIED = (403, "Authorization_RequestDenied")
FORBIDDEN = {"restrictionType": "passwordAddition", "state": "enabled"}
ALLOWED = {"restrictionType": "passwordAddition", "state": "disabled"}
SHORT = {"restrictionType": "passwordLifetime", "maxLifetime": "P30D"}


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def admin(entra: Entra) -> str:
    return entra.client_with(
        "Policy.ReadWrite.ApplicationConfiguration", "Application.ReadWrite.All", name="policies"
    )


def policy(*passwords: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"displayName": "legacy pollers", "isEnabled": True}
    return body | {"restrictions": {"passwordCredentials": list(passwords)}} | more


def made(entra: Entra, admin: str, *passwords: dict[str, Any], **more: Any) -> Any:
    answer = entra.graph("POST", OWN, policy(*passwords, **more), token=admin)
    assert answer.status_code == 201, answer.text
    return answer.json()


def give(entra: Entra, admin: str, holder: str, policy_id: str) -> httpx.Response:
    body = {"@odata.id": f"{BASE}/v1.0{OWN}/{policy_id}"}
    return entra.graph("POST", f"{holder}/appManagementPolicies/$ref", body, token=admin)


def add_password(entra: Entra, holder: str, days: int = 100) -> httpx.Response:
    ends = (entra.tenant.clock.now() + timedelta(days=days)).isoformat()
    return entra.graph("POST", f"{holder}/addPassword", {"passwordCredential": {"endDateTime": ends}})


@pytest.mark.parametrize("kind", ["applications", "servicePrincipals"])
def test_what_one_has_of_its_own_counts_instead_of_the_tenants(entra: Entra, admin: str, kind: str) -> None:
    application, principal, _ = entra.client()
    holder = f"/{kind}/{(application if kind == 'applications' else principal)['id']}"
    restricted = {"passwordCredentials": [FORBIDDEN]}
    body = {
        "isEnabled": True,
        "applicationRestrictions": restricted,
        "servicePrincipalRestrictions": restricted,
    }
    assert entra.graph("PATCH", TENANTS, body, token=admin).status_code == 204
    assert fault(add_password(entra, holder))[1] == "CredentialTypeNotAllowedAsPerAppPolicy"

    own = made(entra, admin, ALLOWED, SHORT)
    assert give(entra, admin, holder, own["id"]).status_code == 204
    shown = entra.graph("GET", f"{holder}/appManagementPolicies", token=admin).json()["value"]
    assert [one["id"] for one in shown] == [own["id"]]
    assert shown[0]["restrictions"]["passwordCredentials"][1]["maxLifetime"] == "P30D"
    assert fault(add_password(entra, holder))[1] == "CredentialInvalidLifetimeAsPerAppPolicy"
    assert add_password(entra, holder, days=29).status_code == 200
    assert "appManagementPolicyId" not in entra.got(holder)

    switched_off = entra.graph("PATCH", f"{OWN}/{own['id']}", {"isEnabled": False}, token=admin)
    assert switched_off.status_code == 204
    assert fault(add_password(entra, holder, days=29))[1] == "CredentialTypeNotAllowedAsPerAppPolicy"
    assert entra.graph("PATCH", f"{OWN}/{own['id']}", {"isEnabled": True}, token=admin).status_code == 204
    taken = f"{holder}/appManagementPolicies/{own['id']}/$ref"
    assert entra.graph("DELETE", taken, token=admin).status_code == 204
    assert fault(add_password(entra, holder, days=29))[1] == "CredentialTypeNotAllowedAsPerAppPolicy"
    assert fault(entra.graph("DELETE", taken, token=admin))[0] == 404


def test_the_life_of_a_policy(entra: Entra, admin: str) -> None:
    first, second = made(entra, admin, SHORT), made(entra, admin, displayName="other")
    holder = f"/applications/{entra.application()['id']}"
    assert entra.graph("GET", f"{holder}/appManagementPolicies", token=admin).json()["value"] == []
    chosen = entra.graph("GET", OWN, token=admin, **{"$filter": "displayName eq 'other'"}).json()["value"]
    assert [one["id"] for one in chosen] == [second["id"]]
    assert give(entra, admin, holder, first["id"]).status_code == 204
    assert fault(give(entra, admin, holder, second["id"]))[0] == 400
    assert entra.graph("DELETE", f"{OWN}/{first['id']}", token=admin).status_code == 204
    assert entra.graph("GET", f"{OWN}/{first['id']}", token=admin).status_code == 404
    assert add_password(entra, holder).status_code == 200
    assert give(entra, admin, holder, second["id"]).status_code == 204


def test_policies_that_are_refused(entra: Entra, admin: str) -> None:
    for body, status in (
        ({"isEnabled": True}, 400),
        (policy({"restrictionType": "passwordLifetime", "maxLifetime": "30 days"}), 400),
        (policy({"restrictionType": "symmetricKeyAddition"}), 501),
    ):
        assert fault(entra.graph("POST", OWN, body, token=admin))[0] == status
    holder = f"/applications/{entra.application()['id']}"
    assert fault(give(entra, admin, holder, NOBODY))[0] == 404
    assert fault(give(entra, admin, f"/applications/{NOBODY}", NOBODY))[0] == 404
    assert fault(entra.graph("GET", f"{OWN}/x/appliesTo", token=admin))[:2] == (501, "NotEmulated")


def test_who_may_read_them_and_who_may_not(entra: Entra, admin: str) -> None:
    own = made(entra, admin, SHORT)
    path = f"/applications/{entra.application()['id']}/appManagementPolicies"
    reader = entra.client_with("Policy.Read.All", "Application.Read.All", name="reader")
    half = entra.client_with("Application.Read.All", name="half")
    for asked in (OWN, f"{OWN}/{own['id']}", TENANTS, path):
        assert entra.graph("GET", asked, token=reader).status_code == 200
        assert fault(entra.graph("GET", asked, token=half))[:2] == DENIED
    assert fault(entra.graph("POST", OWN, policy(), token=reader))[:2] == DENIED
    assert fault(entra.graph("DELETE", f"{OWN}/{own['id']}", token=reader))[:2] == DENIED
    assert fault(entra.graph("POST", f"{path}/$ref", {}, token=reader))[:2] == DENIED
