"""Bodies made from the tables of properties: never a fault of ours, a refusal changes nothing, what was kept is shown."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.entra import routes
from offline_tenant.entra.directory.application_types import APPLICATION, SERVICE_PRINCIPAL
from offline_tenant.entra.directory.consent_types import APP_ROLE_ASSIGNMENT, OAUTH2_PERMISSION_GRANT
from offline_tenant.entra.directory.credential_types import FEDERATED_CREDENTIAL, PASSWORD_CREDENTIAL
from offline_tenant.entra.directory.people_types import USER
from offline_tenant.entra.directory.policy_types import APP_MANAGEMENT_POLICY, AUTHORIZATION_POLICY
from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import CLIENT_ID, EXCHANGE, IMAP_AS_APP, NOBODY, Entra, seeded

# One of each kind that some property wants, and what is nearly one.
TEXTS = st.sampled_from(
    [
        *("", "x", " ", "\x00", "é", "x" * 256, "x" * 1025, "a b", ".a", "${jndi}", "'; --"),
        *(NOBODY, NOBODY.upper(), NOBODY[:-1], EXCHANGE, IMAP_AS_APP, "{" + NOBODY + "}"),
        *("2027-05-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2027-02-30T00:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "P180D", "P999999D", "PT0S"),
        *(
            "https://a/",
            "http://localhost",
            "urn:ietf:wg:oauth:2.0:oob",
            "api://a",
            "https://[",
            "a:b",
            "https://a:99999",
        ),
        *("Role", "Scope", "User", "Admin", "Application", "Principal", "AllPrincipals", "saml", "enabled"),
        *("AzureADMyOrg", "AzureADMultipleOrgs", "All,None", "passwordLifetime", "passwordAddition"),
    ]
)
ANYTHING = (
    st.none() | st.booleans() | st.integers() | TEXTS | st.lists(TEXTS, max_size=2) | st.just({"a": [1]})
)
ORDINARY: dict[type, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    int: st.integers(0, 3),
    object: ANYTHING,
    dict: st.just({}),
}
SETTINGS = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def bodies(properties: Mapping[str, Property]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these properties."""
    return st.fixed_dictionaries({}, optional={name: values(entry) for name, entry in properties.items()})


def values(entry: Property) -> st.SearchStrategy[Any]:
    """Mostly what the property takes, sometimes anything."""
    one = bodies(entry.fields) if entry.fields else ORDINARY[entry.type]
    return (st.lists(one, max_size=3) if entry.many else one) | ANYTHING


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def contents(entra: Entra) -> list[Any]:
    """Everything that is kept."""
    query = "SELECT kind, id, body FROM documents WHERE id != 'ids' ORDER BY sequence"
    return entra.tenant.store.execute(query).fetchall()


def anything(entra: Entra) -> str:
    """The token of a client that may do anything; one for all examples."""
    if ("", "") not in entra.tokens:
        everything = "62e90394-69f5-4237-9190-012177145e10"
        entra.tokens["", ""] = entra.client_with("Application.ReadWrite.All", roles=(everything,))
    return entra.tokens["", ""]


OPERATIONS: list[tuple[str, str, ObjectType]] = [
    ("POST", "/applications", APPLICATION),
    ("PATCH", "/applications(appId='{client}')", APPLICATION),
    ("POST", "/servicePrincipals", SERVICE_PRINCIPAL),
    ("PATCH", "/servicePrincipals(appId='{client}')", SERVICE_PRINCIPAL),
    ("POST", "/applications(appId='{client}')/federatedIdentityCredentials", FEDERATED_CREDENTIAL),
    ("POST", "/servicePrincipals(appId='{client}')/appRoleAssignedTo", APP_ROLE_ASSIGNMENT),
    ("POST", "/oauth2PermissionGrants", OAUTH2_PERMISSION_GRANT),
    ("PATCH", "/users/adele@contoso.com", USER),
    ("PATCH", "/policies/defaultAppManagementPolicy", APP_MANAGEMENT_POLICY),
    ("PATCH", "/policies/authorizationPolicy", AUTHORIZATION_POLICY),
]


@SETTINGS
@given(data=st.data())
@pytest.mark.parametrize(("method", "path", "type_"), OPERATIONS)
def test_bodies_of_an_object_type(
    entra: Entra, method: str, path: str, type_: ObjectType, data: st.DataObject
) -> None:
    body = data.draw(bodies(type_.properties))
    token, before = anything(entra), contents(entra)
    answer = entra.graph(method, path.format(client=CLIENT_ID), body, token=token)
    assert answer.status_code < 500 or answer.status_code == 501, answer.text
    if answer.is_error:
        assert contents(entra) == before
        assert set(answer.json()["error"]) - {"details"} == {"code", "message", "innerError"}


@settings(SETTINGS, max_examples=8)
@given(value=st.data())
@pytest.mark.parametrize("name", [name for name, entry in APPLICATION.properties.items() if entry.writable])
def test_one_property_of_an_application(entra: Entra, name: str, value: st.DataObject) -> None:
    body = {"displayName": "a", name: value.draw(values(APPLICATION.properties[name]))}
    token, before = anything(entra), contents(entra)
    answer = entra.graph("POST", "/applications", body, token=token)
    assert answer.status_code in {201, 400, 501}, answer.text
    if answer.status_code != 201:
        assert contents(entra) == before
        return
    made = answer.json()
    path = f"/applications/{made['id']}"
    assert entra.graph("GET", path, token=token).json() | {"@odata.context": ""} == made | {
        "@odata.context": ""
    }
    # What was shown may be sent back: it changes nothing.
    assert entra.graph("PATCH", path, {name: made[name]}, token=token).status_code == 204
    assert entra.graph("DELETE", path, token=token).status_code == 204


@SETTINGS
@given(credential=bodies(PASSWORD_CREDENTIAL.properties))
def test_secrets(entra: Entra, credential: dict[str, Any]) -> None:
    path, token = f"/applications(appId='{CLIENT_ID}')", anything(entra)
    before = contents(entra)
    answer = entra.graph("POST", f"{path}/addPassword", {"passwordCredential": credential}, token=token)
    assert answer.status_code in {200, 400}, answer.text
    if answer.is_error:
        assert contents(entra) == before
        return
    made = answer.json()
    assert made["startDateTime"] < made["endDateTime"]
    # Whatever times it has, the application can still sign in, and be read.
    form = {"client_id": CLIENT_ID, "client_secret": made["secretText"]}
    assert entra.sign_in(**form).status_code in {200, 401}
    assert entra.graph("POST", f"{path}/removePassword", {"keyId": made["keyId"]}, token=token).is_success
