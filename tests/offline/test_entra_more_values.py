"""Values of principals, people, secrets and grants: what is none of a property's kind is refused in Graph's words."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import GRAPH, Entra, fault, seeded

OTHER = "88888888-8888-4888-8888-888888888888"
NO_GUID = (
    "Request_BadRequest",
    "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
)
NO_TIME = (
    "Request_BadRequest",
    "Cannot convert a primitive value to the expected type 'Edm.DateTimeOffset'. See the inner exception for more details.",
)
TWICE = ("DuplicateValue", "Request contains a property with duplicate values.")


def no(name: str, resource: str = "Application") -> tuple[str, str]:
    return "Request_BadRequest", f"Invalid value specified for property '{name}' of resource '{resource}'."


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"appId": "x"}, no("appId", "ServicePrincipal")),
        ({"appId": OTHER}, ("Request_BadRequest", "Property 'appId' is read-only and cannot be set.")),
        ({"preferredSingleSignOnMode": "magic"}, no("preferredSingleSignOnMode", "ServicePrincipal")),
        ({"servicePrincipalType": "Robot"}, no("servicePrincipalType", "ServicePrincipal")),
        ({"loginUrl": "portal"}, no("loginUrl", "ServicePrincipal")),
        ({"notes": "x" * 1025}, no("notes", "ServicePrincipal")),
        ({"tags": ["a", "a"]}, TWICE),
        ({"tokenEncryptionKeyId": "x"}, NO_GUID),
    ],
)
def test_values_of_a_principal_that_are_refused(
    entra: Entra, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    _, principal, _ = entra.client()
    path = f"/servicePrincipals/{principal['id']}"
    assert fault(entra.graph("PATCH", path, body)) == (400, *expected)
    assert entra.got(path)["appId"] == principal["appId"]


@pytest.mark.parametrize("name", ["displayName", "mailNickname", "userPrincipalName"])
@pytest.mark.parametrize("value", ["", None])
def test_nobody_is_without_a_name(entra: Entra, name: str, value: str | None) -> None:
    token = entra.client_with("User.ReadWrite.All")
    refused = entra.graph("PATCH", "/users/adele@contoso.com", {name: value}, token=token)
    assert fault(refused) == (400, *no(name, "User"))


@pytest.mark.parametrize("name", ["startDateTime", "endDateTime"])
@pytest.mark.parametrize(
    "time", ["soon", "", "2027-05-01", "2027-05-01T00:00:00", "2027-13-01T00:00:00Z", "20270501T000000Z"]
)
def test_times_that_are_none(entra: Entra, name: str, time: str) -> None:
    path = f"/applications/{entra.application()['id']}"
    refused = entra.graph("POST", f"{path}/addPassword", {"passwordCredential": {name: time}})
    assert fault(refused) == (400, *NO_TIME)
    assert entra.got(path)["passwordCredentials"] == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2027-05-01T00:00:00Z", "2027-05-01T00:00:00Z"),
        ("2027-05-01T00:00:00.1234567Z", "2027-05-01T00:00:00Z"),
        ("2027-05-01T02:00:00+02:00", "2027-05-01T00:00:00Z"),
        ("2027-05-01T00:00Z", "2027-05-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_times_that_are(entra: Entra, sent: str, shown: str) -> None:
    path = f"/applications/{entra.application()['id']}/addPassword"
    assert entra.made(path, {"passwordCredential": {"endDateTime": sent}})["endDateTime"] == shown


def test_a_secret_that_begins_when_time_ends(entra: Entra) -> None:
    path = f"/applications/{entra.application()['id']}/addPassword"
    made = entra.made(path, {"passwordCredential": {"startDateTime": "9999-12-31T00:00:00Z"}})
    assert made["endDateTime"] == "9999-12-31T23:59:59Z"
    later = {"passwordCredential": {"startDateTime": "9999-12-31T23:59:59-14:00"}}
    assert fault(entra.graph("POST", path, later)) == (400, *NO_TIME)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"consentType": "Everybody"}, no("consentType", "OAuth2PermissionGrant")),
        ({"clientId": "x"}, no("clientId", "OAuth2PermissionGrant")),
        ({"resourceId": "x"}, no("resourceId", "OAuth2PermissionGrant")),
        ({"consentType": "Principal", "principalId": "x"}, no("principalId", "OAuth2PermissionGrant")),
    ],
)
def test_values_of_a_grant_that_are_refused(
    entra: Entra, change: dict[str, Any], expected: tuple[str, str]
) -> None:
    _, principal, _ = entra.client()
    body = {"clientId": principal["id"], "resourceId": entra.principal(GRAPH)["id"]}
    body |= {"consentType": "AllPrincipals", "scope": "SMTP.Send"}
    assert fault(entra.graph("POST", "/oauth2PermissionGrants", body | change)) == (400, *expected)
