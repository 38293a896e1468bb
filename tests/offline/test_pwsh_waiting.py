"""Calls of the Exchange module that take time: its own retries, several at once, and stopping them."""

import time
from typing import Any

import pytest
from psrpcore.types import PSInvocationState

from offline_tenant.state.tenant import Tenant
from offline_tenant.web.ledger import Fault, Ledger
from tests.offline.exchange_helper import token
from tests.offline.pwsh_exchange_helper import BILLING, records
from tests.offline.pwsh_helper import Client

pytest_plugins = ["tests.offline.pwsh_fixtures"]


# --- retries


def test_a_throttled_call_waits_as_it_is_told_and_is_made_again(client: Client, ledger: Ledger) -> None:
    busy = Fault(
        "exchange Get-Mailbox", 429, "TooManyRequests", "Slow down.", {"Retry-After": "0.25"}, times=2
    )
    ledger.faults.append(busy)
    began = time.monotonic()
    run = client.run("Get-Mailbox", BILLING, Verbose=None)
    assert len(records(run)) == 1
    assert time.monotonic() - began >= 0.5
    assert run.verbose == [
        "Query 1 failed.",
        "The current request is throttled at the server, waiting for 250 milliseconds",
        "Query 2 failed.",
        "The current request is throttled at the server, waiting for 250 milliseconds",
    ]
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 3}


def test_a_call_is_made_four_times_at_most(client: Client, ledger: Ledger) -> None:
    ledger.faults.append(
        Fault("exchange Get-Mailbox", 503, "ServiceUnavailable", "Server too busy.", times=0)
    )
    run = client.run("Get-Mailbox")
    assert [str(error) for error in run.errors] == ["Maximum retry count reached.", "Server too busy."]
    assert run.verbose == []
    assert run.errors[0].FullyQualifiedErrorId == "MaxRetryReached"
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 4}
    stopped = client.run("Get-Mailbox", ErrorAction="Stop")
    assert str(stopped.reason) == "Maximum retry count reached."


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502, 504])
def test_other_failures_are_not_tried_again(client: Client, ledger: Ledger, status: int) -> None:
    ledger.faults.append(Fault("exchange Get-Mailbox", status, "X", "No."))
    assert [str(error) for error in client.run("Get-Mailbox").errors] == ["No."]
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 1}


def test_a_pipeline_that_waits_can_be_stopped(client: Client, ledger: Ledger) -> None:
    ledger.faults.append(Fault("exchange Get-Mailbox", 429, "X", "No.", {"Retry-After": "600"}))
    run = client.start("Get-Mailbox", Verbose=None)
    while len(run.verbose) < 2:
        client.pull()
    client.tell("Signal", run.pipeline.pipeline_id)
    client.finish(run)
    assert run.state == PSInvocationState.Stopped


# --- several at once


def test_pipelines_of_several_runspaces_run_at_once_and_each_connects_for_itself(
    environment: dict[str, str], tenant: Tenant, ledger: Ledger
) -> None:
    with Client(environment, runspaces=3) as client:
        given: dict[str, Any] = {
            "AccessToken": token(tenant),
            "Organization": "contoso.com",
            "ShowBanner": False,
        }
        ledger.latencies["connect EXOModuleFile"] = 0.5
        client.finish(*[client.start("Connect-ExchangeOnline", **given) for _ in range(3)])
        assert ledger.stats()["connects"] == 3
        ledger.latencies["exchange Get-Mailbox"] = 0.5
        runs = [client.start("Get-Mailbox", BILLING) for _ in range(6)]
        client.finish(*runs)
        assert all(len(records(run)) == 1 for run in runs)


def test_a_runspace_that_did_not_connect_knows_no_cmdlets(
    environment: dict[str, str], tenant: Tenant, ledger: Ledger
) -> None:
    with Client(environment, runspaces=2) as client:
        client.connect(token(tenant))
        ledger.latencies["exchange Get-Mailbox"] = 1.0
        busy = client.start("Get-Mailbox")
        other = client.start("Get-Mailbox")
        client.finish(busy, other)
        assert sorted(run.state.name for run in (busy, other)) == ["Completed", "Failed"]


def test_a_pipeline_waits_for_the_only_runspace(client: Client) -> None:
    runs = [client.start("Get-Mailbox", BILLING) for _ in range(5)]
    client.finish(*runs)
    assert all(len(records(run)) == 1 for run in runs)


def test_a_pipeline_can_be_stopped_while_the_tenant_thinks(client: Client, ledger: Ledger) -> None:
    ledger.latencies["exchange Get-Mailbox"] = 5.0
    running = client.start("Get-Mailbox")
    waiting = client.start("Get-ServicePrincipal")
    for run in (waiting, running):
        client.tell("Signal", run.pipeline.pipeline_id)
    client.finish(running, waiting)
    assert running.state == PSInvocationState.Stopped
    assert running.reason
    assert running.reason.FullyQualifiedErrorId == "PipelineStopped"
    assert waiting.state == PSInvocationState.Stopped
    ledger.latencies.clear()
    assert len(records(client.run("Get-Mailbox"))) == 12
