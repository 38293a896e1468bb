"""What Exchange says of a caller's account, what it enforces when told to, and headers that callers send."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.control import routes as control
from offline_tenant.exchange import routes, throttle
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Answer, Area, Route
from offline_tenant.web.ledger import Ledger
from tests.offline.exchange_helper import Exchange, token

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
OTHER_APP = "eeeeeeee-0000-4000-8000-000000000001"


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed(tenant)
    tenant.clock.stop(NOON)
    return Exchange(client_of([*routes.ROUTES, *control.ROUTES]), _token(tenant))


def _token(tenant: Tenant, **changes: Any) -> str:
    began = int(NOON.timestamp())
    return token(tenant, **({"iat": began, "nbf": began, "exp": began + 3600} | changes))


@pytest.fixture
def limit(installation: Installation) -> Callable[..., None]:
    return lambda **limits: throttle.configure(installation.settings, limits)


# --- what is always told


def test_every_answer_counts_down_and_begins_again_by_the_clock(exchange: Exchange, tenant: Tenant) -> None:
    first, second = exchange.post("Get-Mailbox").headers, exchange.post("Get-Mailbox").headers
    assert (first["Rate-Limit-Limit"], first["Rate-Limit-Remaining"]) == ("30000", "29999")
    assert second["Rate-Limit-Remaining"] == "29998"
    assert first["Rate-Limit-Reset"] == second["Rate-Limit-Reset"] == "2027-01-01T12:05:00.000Z"
    assert (first["X-Concurrencycount"], first["X-Combinedapponlyconcurrencycount"]) == ("1", "1")
    tenant.clock.advance(timedelta(minutes=5))
    assert exchange.post("Get-Mailbox").headers["Rate-Limit-Remaining"] == "29999"
    tenant.clock.advance(timedelta(hours=-1))
    assert exchange.post("Get-Mailbox").headers["Rate-Limit-Remaining"] == "29999"


def test_what_was_called_before_the_limits_does_not_count_towards_them(
    exchange: Exchange, limit: Callable[..., None]
) -> None:
    for _ in range(5):
        exchange.post("Get-ServicePrincipal")
    limit(requests=2, seconds=60)
    answers = [exchange.post("Get-ServicePrincipal") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_nothing_is_throttled_until_told(exchange: Exchange) -> None:
    assert exchange.http.get("/_control/throttle").json() == {}
    assert {exchange.post("Get-ServicePrincipal").status_code for _ in range(60)} == {200}


@pytest.mark.parametrize(
    "anchor",
    [
        "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com",
        "UPN:adele@contoso.com",
        "SMTP:x",
        "\u00e9",
    ],
)
def test_an_anchor_is_taken_and_not_looked_at(exchange: Exchange, anchor: str) -> None:
    headers = {b"X-AnchorMailbox": anchor.encode(), b"Authorization": f"Bearer {exchange.token}".encode()}
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox"}}
    answer = exchange.http.post("/adminapi/beta/contoso.com/InvokeCommand", json=body, headers=headers)
    assert answer.status_code == 200


def test_clixml_is_refused_by_name(exchange: Exchange) -> None:
    exchange.headers["X-ResponseFormat"] = "clixml"
    answer = exchange.post("Get-Mailbox")
    assert answer.status_code == 501
    assert "X-ResponseFormat: clixml" in answer.json()["error"]["message"]
    exchange.headers["X-ResponseFormat"] = "JSON"
    assert exchange.post("Get-Mailbox").status_code == 200


def test_selected_properties_and_a_preference_with_spaces(exchange: Exchange) -> None:
    exchange.headers["Prefer"] = "odata.maxpagesize = 3;odata.continue-on-error"
    url = "/adminapi/beta/contoso.com/InvokeCommand?$select=name,Guid,Unicorn"
    first = exchange.post("Get-Mailbox", url).json()
    assert [set(record) for record in first["value"]] == [
        {"Name", "Guid", "Guid@data.type", "Guid@odata.type"}
    ] * 3
    assert set(exchange.post("Get-Mailbox", first["@odata.nextLink"]).json()["value"][0]) == set(
        first["value"][0]
    )


# --- what is enforced


def test_an_application_over_its_rate_is_told_how_long_to_wait(
    exchange: Exchange, tenant: Tenant, limit: Callable[..., None], ledger: Ledger
) -> None:
    limit(requests=2, seconds=60.0)
    assert [exchange.post("Get-Mailbox").status_code for _ in range(3)] == [200, 200, 429]
    tenant.clock.advance(timedelta(seconds=17.5))
    refused = exchange.post("New-ServicePrincipal", AppId="x", ObjectId="y")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "43")
    assert refused.headers["Rate-Limit-Remaining"] == "0"
    assert refused.json()["error"]["code"] == "TooManyRequests"
    assert ledger.stats()["exchange"]["New-ServicePrincipal"] == 1
    exchange.token = _token(tenant, appid=OTHER_APP)
    assert exchange.post("Get-ServicePrincipal").json()["value"] == []
    exchange.token = _token(tenant)
    tenant.clock.advance(timedelta(seconds=42.5))
    assert exchange.post("Get-Mailbox").status_code == 200


def test_a_batch_counts_as_its_cmdlets(exchange: Exchange, limit: Callable[..., None]) -> None:
    limit(requests=5, seconds=60.0)
    parts = [
        {
            "id": str(number),
            "method": "POST",
            "url": "InvokeCommand",
            "body": {"CmdletInput": {"CmdletName": "Get-Mailbox"}},
        }
        for number in range(3)
    ]
    headers = {"Authorization": f"Bearer {exchange.token}"}
    answers = [
        exchange.http.post("/adminapi/beta/contoso.com/$batch", json={"requests": parts}, headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[0].headers["Rate-Limit-Remaining"] == "2"


def test_calls_past_the_threshold_are_delayed_with_a_warning(
    exchange: Exchange, limit: Callable[..., None]
) -> None:
    limit(delay={"after": 1, "milliseconds": 20}, seconds=60.0)
    first, second = exchange.post("Get-Mailbox").json(), exchange.post("Get-Mailbox").json()
    assert first["@adminapi.warnings"] == []
    assert second["@adminapi.warnings"] == [
        (
            "Micro delay applied. Actual delayed: 20 msecs, Enforced: True, Capped delay: 20 msecs, Required: False, "
            "Additional info: ."
        )
    ]
    assert len(second["value"]) == len(first["value"]) > 0


def _at_once(
    installation: Installation, ledger: Ledger, bearer: str, connections: list[str]
) -> list[httpx.Response]:
    unknown = Area("unknown", lambda status, code, _: Answer(status, {"error": {"code": code}}))
    transport = httpx.ASGITransport(app.build(installation, ledger, routes.ROUTES, unknown))

    async def run() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            calls = (
                client.post(
                    "/adminapi/beta/contoso.com/InvokeCommand",
                    json={"CmdletInput": {"CmdletName": "Get-Mailbox"}},
                    headers={"Authorization": f"Bearer {bearer}", "connection-id": connection},
                )
                for connection in connections
            )
            return await asyncio.gather(*calls)

    return asyncio.run(run())


def test_a_connection_has_only_so_many_calls_at_once(
    exchange: Exchange, installation: Installation, ledger: Ledger, limit: Callable[..., None]
) -> None:
    limit(concurrency=2, seconds=60.0)
    ledger.latencies["exchange Get-Mailbox"] = 0.1
    answers = _at_once(installation, ledger, exchange.token, ["a", "a", "a", "b"])
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2].headers["Retry-After"] == "1"
    assert answers[3].headers["X-Concurrencycount"] == "1"
    assert answers[3].headers["X-Combinedapponlyconcurrencycount"] == "3"  # the refused one has left
    assert _at_once(installation, ledger, exchange.token, ["a"])[0].headers["X-Concurrencycount"] == "1"


def test_a_cmdlet_ends_after_fifteen_minutes_of_the_clock(
    exchange: Exchange, installation: Installation, tenant: Tenant, ledger: Ledger
) -> None:
    class Slow(dict[str, float]):
        def items(self) -> Any:
            tenant.clock.advance(timedelta(minutes=15))  # while the call waits
            return super().items()

    ledger.latencies = Slow({"exchange New-ServicePrincipal": 0.001})
    answer = exchange.post("New-ServicePrincipal", AppId="x", ObjectId="y")
    assert answer.status_code == 504
    assert answer.headers["x-ExceptionType"] == "TimeoutException"
    assert "|System.TimeoutException|The operation has timed out." in answer.text
    ledger.latencies = {}
    assert exchange.run("Get-ServicePrincipal") == []


# --- the control plane


def test_limits_are_set_shown_and_taken_away(exchange: Exchange) -> None:
    wanted = {"requests": 5, "seconds": 30.0, "delay": {"after": 2, "milliseconds": 10}}
    assert exchange.http.put("/_control/throttle", json=wanted).json() == wanted
    assert exchange.http.post("/_control/throttle/realistic").json() == throttle.REALISTIC
    assert exchange.http.delete("/_control/throttle").status_code == 204
    assert exchange.http.get("/_control/throttle").json() == {}
    exchange.http.post("/_control/lag/realistic")
    assert exchange.http.get("/_control/throttle").json() == throttle.REALISTIC


@pytest.mark.parametrize(
    "body",
    [
        {"requests": 0},
        {"requests": "5"},
        {"seconds": 0},
        {"concurrency": -1},
        {"delay": {"after": 1}},
        {"delay": 5},
        {"x": 1},
    ],
)
def test_limits_that_make_no_sense_are_refused(exchange: Exchange, body: dict[str, Any]) -> None:
    assert exchange.http.put("/_control/throttle", json=body).status_code == 400
    assert exchange.http.get("/_control/throttle").json() == {}


def test_made_up_callers_do_not_fill_the_memory(exchange: Exchange, ledger: Ledger) -> None:
    for number in range(throttle.KNOWN_CALLERS + 50):
        exchange.http.post(f"/adminapi/beta/{number}/InvokeCommand", content=b"")
    assert len(throttle._counts[ledger].windows) == throttle.KNOWN_CALLERS  # noqa: SLF001 - nothing else shows it
    assert not throttle._counts[ledger].running  # noqa: SLF001
