"""The Exchange side of the product against the Exchange side of a tenant in memory, without PowerShell between."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from mailgrant.errors import MailgrantError
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.cmdlets.call import error as call_error
from offline_tenant.exchange.routes import ROUTES
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.conftest import (  # noqa: F401 - fixtures
    client_of,
    installation,
    ledger,
    signing_key_document,
    tenant,
)
from tests.offline.exchange_helper import Exchange, token


@dataclass
class TenantSession:
    """A session as the product knows it, over the raw endpoint; counts its calls.

    Args:
        exchange: the endpoint.
        tenant: what is behind it.
        before: called before each cmdlet; what it raises is the cmdlet's outcome.
    """

    exchange: Exchange
    tenant: Tenant
    before: Callable[[Call], None] = lambda _: None
    calls: Counter[str] = field(default_factory=Counter)

    def run(self, call: Call) -> Reply:
        self.calls[call.cmdlet] += 1
        self.before(call)
        answer = self.exchange.post(call.cmdlet, **call.parameters)
        body: dict[str, Any] = answer.json()
        if "error" in body:
            raise call_error(call, "", body["error"]["details"][0]["message"])
        return Reply(tuple(body["value"] or ()), tuple(body["@adminapi.warnings"]))

    def run_each(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Reply | MailgrantError]]:
        for call in calls:
            try:
                yield call, self.run(call)
            except MailgrantError as error:
                yield call, error

    def taken(self) -> dict[str, int]:
        """The calls since the last time, by cmdlet."""
        calls, self.calls = self.calls, Counter()
        return dict(calls)


@pytest.fixture
def session(client_of: Callable[[Iterable[Route]], httpx.Client], tenant: Tenant) -> TenantSession:  # noqa: F811
    seed(tenant)
    return TenantSession(Exchange(client_of(ROUTES), token(tenant)), tenant)
