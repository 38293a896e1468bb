"""How a request of Graph may be written: its path, its body's type, what comes back with a new object."""

from collections.abc import Callable, Iterable

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import EXCHANGE, GRAPH, IMAP_AS_APP, Entra, fault, seeded

NO_JSON = (400, "BadRequest", "Entity only allows writes with a JSON Content-Type header.")
EMPTY = (400, "BadRequest", "Empty Payload. JSON content expected.")


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def send(entra: Entra, method: str, path: str, body: bytes, **headers: str) -> httpx.Response:
    """A call with no header but these."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given["Authorization"] = f"Bearer {entra.token()}"
    return entra.http.request(method, path, content=body, headers=given)


@pytest.mark.parametrize(
    "path",
    [
        "/V1.0/applications",
        "/v1.0/Applications",
        "/v1.0/applications/",
        "/Beta/APPLICATIONS/",
    ],
)
def test_letters_and_a_last_slash_do_not_matter(entra: Entra, path: str) -> None:
    entra.application()
    answer = send(entra, "GET", path, b"")
    assert answer.status_code == 200
    assert len(answer.json()["value"]) == len(entra.got("/applications")["value"])


def test_pages_of_a_path_in_capitals_follow_each_other(entra: Entra) -> None:
    for name in "abc":
        entra.application(name)
    first = send(entra, "GET", "/V1.0/Applications/?$top=1", b"").json()
    following = send(entra, "GET", first["@odata.nextLink"], b"")
    assert following.json()["value"][0]["id"] != first["value"][0]["id"]


def test_both_ends_of_an_assignment_in_capitals(entra: Entra) -> None:
    _, principal, _ = entra.client()
    made = entra.assign(principal["id"], entra.principal(EXCHANGE), IMAP_AS_APP)
    for path in (f"{principal['id']}/APPROLEASSIGNMENTS", f"{made['resourceId']}/approleassignedto/"):
        found = send(entra, "GET", f"/v1.0/serviceprincipals/{path}", b"").json()["value"]
        assert made["id"] in [one["id"] for one in found]


@pytest.mark.parametrize(
    "action", ["addPassword", "microsoft.graph.addPassword", "Microsoft.Graph.AddPassword"]
)
def test_actions_go_by_their_full_names_too(entra: Entra, action: str) -> None:
    path = f"/applications/{entra.application()['id']}"
    made = entra.made(f"{path}/{action}", {"passwordCredential": {"displayName": "x"}})
    assert made["secretText"]
    qualified = f"{path}/microsoft.graph.removePassword"
    assert entra.graph("POST", qualified, {"keyId": made["keyId"]}).status_code == 204


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",  # as the azuread plugin writes it
        "Application/JSON;odata.metadata=minimal;IEEE754Compatible=false;charset=utf-8",
    ],
)
def test_json_by_any_of_its_names(entra: Entra, content_type: str) -> None:
    answer = send(entra, "POST", "/v1.0/applications", b'{"displayName": "a"}', Content_Type=content_type)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml", "json"]
)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/applications", b'{"displayName": "a"}'),
        ("PATCH", "/applications/{id}", b'{"displayName": "a"}'),
        ("POST", "/applications/{id}/addPassword", b'{"passwordCredential": {}}'),
        ("POST", "/applications/{id}/owners/$ref", b'{"@odata.id": "x"}'),
    ],
)
def test_a_body_that_is_said_to_be_no_json(
    entra: Entra, method: str, path: str, body: bytes, content_type: str
) -> None:
    application = entra.application()
    headers = {"Content_Type": content_type} if content_type else {}
    answer = send(entra, method, f"/v1.0{path.format(id=application['id'])}", body, **headers)
    assert fault(answer) == NO_JSON
    found = entra.got(f"/applications/{application['id']}")
    assert (found["displayName"], found["passwordCredentials"]) == (application["displayName"], [])


@pytest.mark.parametrize("body", [b"", b"  \n"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1.0/applications"),
        ("PATCH", "/v1.0/applications/{id}"),
        ("POST", "/v1.0/applications/{id}/addPassword"),
        ("POST", "/v1.0/oauth2PermissionGrants"),
    ],
)
def test_no_body_at_all(entra: Entra, method: str, path: str, body: bytes) -> None:
    url = path.format(id=entra.application()["id"])
    assert fault(send(entra, method, url, body, Content_Type="application/json")) == EMPTY


def test_actions_without_parameters_need_no_body(entra: Entra) -> None:
    application = entra.application()
    assert entra.graph("DELETE", f"/applications/{application['id']}").status_code == 204
    assert send(entra, "POST", f"/v1.0/directory/deletedItems/{application['id']}/restore", b"").is_success


def test_a_new_object_is_answered_with_its_place(entra: Entra) -> None:
    application = entra.graph("POST", "/applications", {"displayName": "a"})
    principal = entra.graph("POST", "/servicePrincipals", {"appId": application.json()["appId"]})
    for made, type_ in ((application, "Application"), (principal, "ServicePrincipal")):
        place = f"directoryObjects/{made.json()['id']}/Microsoft.DirectoryServices.{type_}"
        assert made.headers["Location"] == f"https://localhost/v2/{entra.tenant.id}/{place}"
    assert "Location" not in entra.graph("GET", f"/applications/{application.json()['id']}").headers


def test_a_grant_has_no_place(entra: Entra) -> None:
    _, principal, _ = entra.client()
    body = {"clientId": principal["id"], "resourceId": entra.principal(GRAPH)["id"], "scope": "SMTP.Send"}
    made = entra.graph("POST", "/oauth2PermissionGrants", body | {"consentType": "AllPrincipals"})
    assert made.status_code == 201
    assert "Location" not in made.headers
