"""What every test of the offline tenant starts from: an empty tenant in memory, and a client over its HTTP side."""

from collections.abc import Callable, Iterable, Iterator

import pytest
from starlette.testclient import TestClient

from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Answer, Area, Route
from offline_tenant.web.ledger import Ledger

TENANT_ID = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"
DOMAINS = ["contoso.onmicrosoft.com", "contoso.com"]
UNKNOWN = Area("unknown", lambda status, code, message: Answer(status, {"error": {"code": code, "message": message}}))


@pytest.fixture
def installation() -> Iterator[Installation]:
    installation = Installation(":memory:")
    installation.add_tenant(TENANT_ID, DOMAINS)
    yield installation
    installation.store.close()


@pytest.fixture
def tenant(installation: Installation) -> Tenant:
    return installation.tenants()[0]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def client_of(installation: Installation, ledger: Ledger) -> Callable[[Iterable[Route]], TestClient]:
    """Makes a client that talks to these routes only."""
    return lambda routes: TestClient(app.build(installation, ledger, routes, UNKNOWN), base_url="https://localhost")
