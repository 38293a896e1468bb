"""What Graph refuses whatever the object: its own status, code and text."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import (
    BASE,
    GRAPH,
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


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"7", b'{"displayName": "\\ud800"}', b'{"a": NaN}', b"[" * 99999]
)
def test_bodies_that_are_no_json_object(entra: Entra, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {entra.token()}", "Content-Type": "application/json"}
    response = entra.http.post("/v1.0/applications", content=body, headers=headers)
    assert fault(response)[:2] == (400, "BadRequest")
