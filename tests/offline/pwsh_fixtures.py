"""A client of the pwsh stand-in, connected to a tenant that is served over TLS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Answer, Area
from offline_tenant.web.ledger import Ledger
from tests.offline.exchange_helper import token
from tests.offline.pwsh_helper import Client, served


@pytest.fixture
def environment(
    installation: Installation, tenant: Tenant, ledger: Ledger, tmp_path: Path
) -> Iterator[dict[str, str]]:
    seed(tenant)
    unknown = Area("unknown", lambda status, code, _: Answer(status, {"error": {"code": code}}))
    with served(app.build(installation, ledger, routes.ROUTES, unknown), tmp_path) as environment:
        yield environment


@pytest.fixture
def client(environment: dict[str, str], tenant: Tenant) -> Iterator[Client]:
    """A client that is connected."""
    with Client(environment) as client:
        client.connect(token(tenant))
        yield client
