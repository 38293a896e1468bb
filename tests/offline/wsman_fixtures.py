"""The admin endpoint and the jump host before it, both over TLS on free ports."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.seed import seed
from offline_tenant.pwsh.site import Site
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Answer, Area
from offline_tenant.web.ledger import Ledger
from offline_tenant.wsman.app import Account, Application
from tests.offline.pwsh_helper import served
from tests.offline.ways import ACCOUNT


@pytest.fixture
def jump_host_environment(
    installation: Installation, tenant: Tenant, ledger: Ledger, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """``OFFLINE_TENANT_URL``, ``SSL_CERT_FILE`` and ``WSMAN_URL``."""
    seed(tenant)
    unknown = Area("unknown", lambda status, code, _: Answer(status, {"error": {"code": code}}))
    with served(app.build(installation, ledger, routes.ROUTES, unknown), tmp_path) as environment:
        trust = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
        site = Site(environment["OFFLINE_TENANT_URL"], trust)
        host = Application(Account(*ACCOUNT), tenant.clock, ledger, lambda: site)
        with served(host, tmp_path) as there:
            yield {**environment, "WSMAN_URL": there["OFFLINE_TENANT_URL"]}
            host.shells.close()
