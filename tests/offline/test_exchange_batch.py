"""``$batch`` of the admin endpoint: shapes, order, limits; what fails in it fails alone."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Route
from offline_tenant.web.ledger import Fault, Ledger
from tests.offline.exchange_helper import (
    APP_ID,
    ENTERPRISE_OBJECT_ID,
    GLOBAL_READER,
    Exchange,
    token,
)

GO_ON = {"Prefer": "odata.maxpagesize = 1000;odata.continue-on-error"}
NEW: dict[str, Any] = {"AppId": APP_ID, "ObjectId": ENTERPRISE_OBJECT_ID}


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed(tenant)
    return Exchange(client_of(routes.ROUTES), token(tenant))


def part(id_: str, cmdlet: str, url: str = "InvokeCommand", **parameters: Any) -> dict[str, Any]:
    body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
    return {"id": id_, "method": "POST", "url": url, "body": body}


def send(exchange: Exchange, body: Any, **headers: str) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {exchange.token}"}
    content = body if isinstance(body, bytes) else json.dumps(body)
    return exchange.http.post(
        "/adminapi/beta/contoso.com/$batch", content=content, headers=bearer | GO_ON | headers
    )


def batch(exchange: Exchange, *parts: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    responses: list[dict[str, Any]] = (
        send(exchange, {"requests": parts}, **headers).raise_for_status().json()["responses"]
    )
    return responses


def test_each_request_is_answered_as_if_it_came_alone(exchange: Exchange, ledger: Ledger) -> None:
    alone = exchange.post("Get-Mailbox", Identity="invoices@contoso.com").json()
    ledger.reset()
    [first, second] = batch(
        exchange,
        part("a", "Get-Mailbox", Identity="invoices@contoso.com"),
        part("b", "Get-Mailbox", Identity="nobody@contoso.com"),
    )
    assert (first["id"], first["status"]) == ("a", 200)
    assert first["body"]["value"] == alone["value"]
    assert (second["id"], second["status"]) == ("b", 404)
    assert second["headers"]["x-ExceptionType"] == "ManagementObjectNotFoundException"
    assert "Ex6F9304|" in second["body"]["error"]["details"][0]["message"]
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 2}
    assert ledger.stats()["batch"] == {"$batch": 1}
    assert [entry["status"] for entry in ledger.log()] == [200, 404, 200]


@pytest.mark.parametrize(
    "url",
    [
        "InvokeCommand",
        "/adminapi/beta/contoso.com/InvokeCommand",
        "https://outlook.office365.com/adminapi/beta/contoso.com/InvokeCommand?",
        "https://localhost/adminapi/beta/contoso.com/InvokeCommand?$select=Name",
    ],
)
def test_addresses_come_in_three_forms(exchange: Exchange, url: str) -> None:
    [response] = batch(exchange, part("1", "Get-Mailbox", url))
    [record, *_] = response["body"]["value"]
    assert (set(record) == {"Name"}) == ("$select" in url)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "EXOModuleFile"},
        {"url": "/adminapi/beta/fabrikam.com/InvokeCommand"},
        {"url": "/v1.0/users"},
        {"method": "GET"},
    ],
)
def test_other_addresses_are_refused_by_name(exchange: Exchange, change: dict[str, str]) -> None:
    [response] = batch(exchange, part("1", "Get-Mailbox") | change)
    assert response["status"] == 501
    assert "in a $batch" in response["body"]["error"]["message"]


def test_what_fails_changes_nothing_and_leaves_the_others(exchange: Exchange) -> None:
    grant: dict[str, Any] = {"User": APP_ID, "AccessRights": "FullAccess"}
    statuses = [
        response["status"]
        for response in batch(
            exchange,
            part("1", "New-ServicePrincipal", **NEW),
            part("2", "New-ServicePrincipal", **NEW),
            part("3", "Add-MailboxPermission", Identity="nobody@contoso.com", **grant),
            part("4", "Add-MailboxPermission", Identity="billing@contoso.com", **grant),
        )
    ]
    assert statuses == [200, 400, 404, 200]
    assert len(exchange.run("Get-ServicePrincipal")) == 1
    assert len(exchange.run("Get-MailboxPermission", Identity="billing@contoso.com")) == 2


def test_without_the_preference_the_first_failure_is_the_last_answer(exchange: Exchange) -> None:
    parts = [part("1", "Get-Mailbox"), part("2", "Get-Mailbox", Identity="x"), part("3", "Get-Mailbox")]
    assert [one["id"] for one in batch(exchange, *parts, Prefer="odata.maxpagesize=5")] == ["1", "2"]
    parts[1]["headers"] = GO_ON
    assert [one["id"] for one in batch(exchange, *parts, Prefer="")] == ["1", "2", "3"]


def test_what_depends_on_a_failure_is_not_done(exchange: Exchange) -> None:
    responses = batch(
        exchange,
        part("1", "Get-Mailbox", Identity="x"),
        part("2", "New-ServicePrincipal", **NEW) | {"dependsOn": ["1"]},
        part("3", "Get-Mailbox") | {"dependsOn": []},
        part("4", "Get-ServicePrincipal") | {"dependsOn": ["3"]},
    )
    assert [one["status"] for one in responses] == [404, 424, 200, 200]
    assert responses[3]["body"]["value"] == []


def test_a_page_and_a_prompt_in_a_batch(exchange: Exchange) -> None:
    exchange.new_principal()
    size = {"headers": {"Prefer": "odata.maxpagesize=3;odata.continue-on-error"}}
    [page, prompt] = batch(
        exchange, part("1", "Get-Mailbox") | size, part("2", "Remove-ServicePrincipal", Identity=APP_ID)
    )
    assert len(page["body"]["value"]) == 3
    assert "/InvokeCommand?$skiptoken=" in page["body"]["@odata.nextLink"]
    assert "Removing the service principal" in prompt["body"]["@adminapi.confirmationmessage"]


def test_more_than_ten_are_refused_and_nothing_is_done(exchange: Exchange, ledger: Ledger) -> None:
    parts = [part(str(number), "Get-Mailbox") for number in range(10)]
    assert len(batch(exchange, *parts)) == 10
    ledger.reset()
    response = send(exchange, {"requests": [*parts, part("10", "New-ServicePrincipal", **NEW)]})
    assert response.status_code == 400
    assert "A maximum number of '10' query operations" in response.json()["error"]["message"]
    assert ledger.stats()["exchange"] == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        {"requests": 1},
        {"requests": [1]},
        {"requests": [{}]},
        {"requests": [{"id": 1, "method": "POST", "url": "InvokeCommand"}]},
        {"requests": [{"id": "1", "method": "POST", "url": "https://[x"}]},
        {"requests": [{"id": "1", "method": "POST", "url": "InvokeCommand", "headers": [1]}]},
        {"requests": [part("1", "Get-Mailbox"), part("1", "Get-Mailbox")]},
        {"requests": [part("1", "Get-Mailbox") | {"dependsOn": ["2"]}, part("2", "Get-Mailbox")]},
        {"requests": [part("1", "Get-Mailbox") | {"dependsOn": 5}]},
    ],
)
def test_a_body_that_is_no_batch_is_refused(exchange: Exchange, body: Any) -> None:
    response = send(exchange, body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "BadRequest")


def test_a_request_without_a_cmdlet_fails_alone(exchange: Exchange) -> None:
    broken = {"id": "1", "method": "POST", "url": "InvokeCommand", "body": {"CmdletInput": 5}}
    assert [one["status"] for one in batch(exchange, broken, part("2", "Get-Mailbox"))] == [400, 200]


def test_a_group_is_refused_loudly(exchange: Exchange) -> None:
    response = send(exchange, {"requests": [part("1", "Get-Mailbox") | {"atomicityGroup": "g"}]})
    assert response.status_code == 501
    assert "atomicityGroup of $batch" in response.text


def test_the_outer_token_counts_and_a_cmdlet_that_the_role_lacks_has_no_body(
    exchange: Exchange, tenant: Tenant
) -> None:
    mine = {"headers": {"Authorization": f"Bearer {exchange.token}"}}
    exchange.token = token(tenant, wids=[GLOBAL_READER])
    [refused] = batch(exchange, part("1", "New-ServicePrincipal", **NEW) | mine)
    assert (refused["status"], refused["body"]) == (403, None)
    exchange.token = "x"
    assert send(exchange, {"requests": []}).status_code == 401


def test_faults_strike_the_requests_of_a_batch(exchange: Exchange, ledger: Ledger) -> None:
    ledger.faults.append(Fault("exchange Get-Mailbox", 503, "ServiceUnavailable", "Busy.", after=1))
    statuses = [one["status"] for one in batch(exchange, *(part(id_, "Get-Mailbox") for id_ in "abc"))]
    assert statuses == [200, 503, 200]


def test_a_lost_answer_of_one_request_loses_the_answer_of_all_but_not_their_work(
    exchange: Exchange, ledger: Ledger
) -> None:
    ledger.faults.append(Fault("exchange New-ServicePrincipal", effect="lose"))
    with pytest.raises(app.AnswerLostError):
        batch(exchange, part("1", "New-ServicePrincipal", **NEW))
    assert len(exchange.run("Get-ServicePrincipal")) == 1


def test_latency_of_the_requests_adds_up(exchange: Exchange, ledger: Ledger) -> None:
    ledger.latencies["exchange Get-Mailbox"] = 0.05
    batch(exchange, *(part(id_, "Get-Mailbox") for id_ in "abc"))
    [whole] = [entry for entry in ledger.log() if entry["area"] == "batch"]
    assert whole["milliseconds"] >= 150
