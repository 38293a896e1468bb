"""The record of what the real azuread plugin sends, needs and tolerates, line by line, in its own order, in raw HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from offline_tenant.entra import keys, routes
from offline_tenant.entra.seed import seed
from offline_tenant.state.tenant import Installation
from offline_tenant.web import app
from offline_tenant.web.ledger import Ledger
from tests.offline import wire_walk, wire_walk_consent, wire_walk_lag, wire_walk_objects
from tests.offline.conftest import DOMAINS, TENANT_ID, UNKNOWN, InProcess
from tests.offline.entra_helper import CLIENT_ID, EXCHANGE, GRAPH, NOBODY, SECRET
from tests.offline.wire_steps import ABSENT, NOTHING, Every, Some, Step, Walker, Words

THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
WALK = (
    *wire_walk.HANDSHAKE,
    *wire_walk.GET_SERVICE_PRINCIPAL,
    *wire_walk_objects.APPLICATION,
    *wire_walk_objects.PRINCIPAL,
    *wire_walk_consent.PASSWORD,
    *wire_walk_consent.ASSIGNMENT,
    *wire_walk_consent.DELEGATED,
    *wire_walk_consent.IMPORT,
    *wire_walk_lag.FINAL,
    *wire_walk_lag.RETRIED,
    *wire_walk_lag.OUT_OF_BAND,
)


@pytest.fixture(scope="module")
def walker(signing_key_document: dict[str, Any]) -> Iterator[Walker]:
    installation, ledger = Installation(":memory:"), Ledger()
    installation.store.collection("", "signingKeys").insert(keys.ID, signing_key_document)
    tenant = installation.add_tenant(TENANT_ID, DOMAINS)
    seed(tenant, CLIENT_ID, SECRET)
    [adele] = tenant.documents("users").find("userPrincipalName", "adele@contoso.com")
    names = {
        "tenant": TENANT_ID,
        "client": CLIENT_ID,
        "secret": SECRET,
        "nobody": NOBODY,
        "exchange": EXCHANGE,
        "EXCHANGE": EXCHANGE.upper(),
        "graph": GRAPH,
        "thunderbird": THUNDERBIRD,
        "adele": adele["id"],
    }
    transport = InProcess(app.build(installation, ledger, routes.ROUTES, UNKNOWN))
    with httpx.Client(transport=transport, base_url="https://localhost") as http:
        yield Walker(installation, ledger, http, names)
    installation.store.close()


@pytest.fixture(scope="module")
def walked(walker: Walker) -> dict[str, list[str]]:
    """The whole walk: what was not as a line says, by line."""
    return {step.line: walker.take(step) for step in WALK}


@pytest.mark.parametrize("step", WALK, ids=lambda step: step.line)
def test_the_record_line_by_line(walked: dict[str, list[str]], step: Step) -> None:
    assert walked[step.line] == []


def test_every_line_has_a_name_of_its_own() -> None:
    assert len({step.line for step in WALK}) == len(WALK)


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        (Step("", "GET /v1.0/applications", 201), "200 "),
        (Step("", "GET /v1.0/applications", holds=NOTHING), "body: "),
        (Step("", "GET /v1.0/applications", holds={"more": None}), "body.more: missing"),
        (Step("", "GET /v1.0/applications", holds={"value": ABSENT}), "body.value: there"),
        (Step("", "GET /v1.0/applications", holds={"value": []}), "body.value: "),
        (Step("", "GET /v1.0/applications", holds={"value": Some({"appId": "{nobody}"})}), "body.value: "),
        (Step("", "GET /v1.0/applications", holds={"value": Every({"appId": "{client}"})}), "body.value: "),
        (Step("", "GET /v1.0/applications", holds={"@odata.context": Words("a b")}), "body.@odata.context: "),
        (Step("", "GET /v1.0/applications", headers={"Retry-After": "2"}), "headers.Retry-After: missing"),
        (Step("", "GET /v1.0/applications?$filter=appId eq 'x'"), "sent "),
    ],
)
def test_a_walk_notices(walked: object, walker: Walker, step: Step, complaint: str) -> None:
    [problem, *_] = walker.take(step)
    assert problem.startswith(complaint)
