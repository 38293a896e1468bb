"""Whatever is sent: Entra's own error, never a traceback, and a refused request changes nothing."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.entra import routes
from offline_tenant.entra.directory.types import APPLICATION, SERVICE_PRINCIPAL
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import CLIENT_ID, GRAPH, IMAP_AS_APP, NOBODY, Entra, seeded

NAMES = [*APPLICATION.properties, *SERVICE_PRINCIPAL.properties]
NAMES += ["owners@odata.bind", "@odata.id", "passwordCredential", "keyId", "endDateTime", "startDateTime"]
NAMES += ["principalId", "resourceId", "appRoleId", "clientId", "consentType", "scope", "roleDefinitionId"]
TEXTS = st.sampled_from(
    ["", NOBODY, GRAPH, IMAP_AS_APP, "AzureADMyOrg", "AllPrincipals", "2027-05-01T00:00:00Z"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def contents(entra: Entra) -> list[Any]:
    """Everything that is kept, but for how many ids were drawn."""
    query = "SELECT kind, id, body FROM documents WHERE id != 'ids' ORDER BY sequence"
    return entra.tenant.store.execute(query).fetchall()


@SETTINGS
@given(body=BODIES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/applications"),
        ("PATCH", "/applications(appId='{client}')"),
        ("POST", "/applications(appId='{client}')/addPassword"),
        ("POST", "/applications(appId='{client}')/removePassword"),
        ("POST", "/applications(appId='{client}')/owners/$ref"),
        ("POST", "/servicePrincipals"),
        ("PATCH", "/servicePrincipals(appId='{client}')"),
        ("POST", "/servicePrincipals(appId='{client}')/appRoleAssignedTo"),
        ("POST", "/oauth2PermissionGrants"),
        ("POST", "/roleManagement/directory/roleAssignments"),
    ],
)
def test_any_body(entra: Entra, method: str, path: str, body: Any) -> None:
    token = entra.tokens.setdefault(("", ""), entra.token())
    before = contents(entra)
    response = entra.graph(method, path.format(client=CLIENT_ID), body, token=token)
    assert response.status_code < 500 or response.status_code == 501, response.text
    if response.is_error:
        assert contents(entra) == before


@SETTINGS
@given(text=st.text(max_size=40))
@pytest.mark.parametrize("option", ["$filter", "$select", "$top", "$skiptoken", "$count"])
def test_any_query(entra: Entra, option: str, text: str) -> None:
    token = entra.tokens.setdefault(("", ""), entra.token())
    assert entra.graph("GET", "/applications", token=token, **{option: text}).status_code in {200, 400}


@SETTINGS
@given(token=st.text(max_size=60, alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\0")))
def test_any_bearer(entra: Entra, token: str) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode("latin-1")}
    assert entra.http.get("/v1.0/applications", headers=headers).status_code == 401


@SETTINGS
@given(
    form=st.dictionaries(
        st.sampled_from(["client_id", "client_secret", "scope", "grant_type"]), st.text(max_size=30)
    )
)
def test_any_form(entra: Entra, form: dict[str, str]) -> None:
    given_form = {"grant_type": "client_credentials", "client_id": CLIENT_ID} | form
    response = entra.http.post(f"/{entra.tenant.id}/oauth2/v2.0/token", data=given_form)
    assert response.status_code in {400, 401}
    assert response.json()["error_codes"]


def test_a_body_that_is_too_long(entra: Entra) -> None:
    body = b'{"displayName": "' + b"x" * 10_000_000 + b'"}'
    response = entra.http.post("/v1.0/applications", content=body, headers={"Authorization": "Bearer x"})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "RequestEntityTooLarge"


@pytest.mark.parametrize(
    "path", ["/v1.0/groups", "/v1.0/applications/x/extensionProperties", "/v2.0/applications"]
)
def test_what_is_not_emulated_is_refused_loudly(entra: Entra, path: str) -> None:
    response = entra.http.get(path)
    assert response.status_code == 501
    assert path in response.json()["error"]["message"]
