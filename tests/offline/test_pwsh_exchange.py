"""The Exchange module in the pwsh stand-in, against a tenant that is served over TLS."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psrpcore.types import PSDateTime, PSGuid, PSInvocationState

from offline_tenant.exchange import routes
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web import app
from offline_tenant.web.call import Answer, Area
from offline_tenant.web.ledger import Fault, Ledger
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, GLOBAL_READER, token
from tests.offline.pwsh_helper import NULL_HOST, REAL_HOST, Client, Run, properties, served

BILLING = "billing@contoso.com"
GRANT: dict[str, Any] = {"Identity": BILLING, "User": ENTERPRISE_OBJECT_ID, "AccessRights": "FullAccess"}
YES, NO = 0, 2


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


def records(run: Run) -> list[dict[str, Any]]:
    assert (run.state, run.errors, run.reason) == (PSInvocationState.Completed, [], None)
    return [properties(value) for value in run.output]


def new_principal(client: Client) -> dict[str, Any]:
    given: dict[str, Any] = {
        "AppId": APP_ID,
        "ObjectId": ENTERPRISE_OBJECT_ID,
        "DisplayName": "Invoice poller",
    }
    [record] = records(client.run("New-ServicePrincipal", **given))
    return record


# --- connecting


def test_connecting_makes_the_cmdlets_that_were_asked_for(
    environment: dict[str, str], tenant: Tenant
) -> None:
    with Client(environment) as client:
        assert client.run("Get-Mailbox").state == PSInvocationState.Failed
        client.connect(
            token(tenant), CommandName=["Get-Mailbox", "*-ServicePrincipal"], SkipLoadingFormatData=True
        )
        assert len(records(client.run("Get-Mailbox"))) == 12
        assert records(client.run("Get-ServicePrincipal")) == []
        assert client.run("Get-MailboxPermission", Identity=BILLING).state == PSInvocationState.Failed


def test_a_cmdlet_that_the_role_lacks_is_not_there(environment: dict[str, str], tenant: Tenant) -> None:
    with Client(environment) as client:
        client.connect(token(tenant, wids=[GLOBAL_READER]))
        assert len(records(client.run("Get-Mailbox"))) == 12
        run = client.run("New-ServicePrincipal", AppId="x", ObjectId="y")
        assert run.reason
        assert run.reason.FullyQualifiedErrorId == "CommandNotFoundException"


def test_one_session_counts_as_one_connect(client: Client, ledger: Ledger) -> None:
    for _ in range(3):
        client.run("Get-ServicePrincipal")
    assert ledger.stats()["connects"] == 1
    assert ledger.stats()["exchange"] == {"Get-ServicePrincipal": 3}


def test_the_banner_is_shown_unless_switched_off(environment: dict[str, str], tenant: Tenant) -> None:
    with Client(environment) as client:
        assert client.connect(token(tenant), ShowBanner=True).information
        assert client.connect(token(tenant)).information == []


def test_disconnecting_takes_the_cmdlets_away(client: Client) -> None:
    [before] = records(client.run("Get-ConnectionInformation"))
    assert (before["State"], before["TokenStatus"], before["Organization"]) == (
        "Connected",
        "Active",
        "contoso.onmicrosoft.com",
    )
    assert isinstance(before["TokenExpiryTimeUTC"], PSDateTime)
    assert records(client.run("Disconnect-ExchangeOnline", Confirm=False)) == []
    assert records(client.run("Get-ConnectionInformation")) == []
    assert client.run("Get-Mailbox").state == PSInvocationState.Failed


def test_an_application_without_a_role_is_not_let_in(environment: dict[str, str], tenant: Tenant) -> None:
    with Client(environment) as client:
        given: dict[str, Any] = {
            "AccessToken": token(tenant, wids=[]),
            "Organization": "contoso.onmicrosoft.com",
        }
        run = client.run("Connect-ExchangeOnline", **given)
        assert str(run.reason).startswith("The role assigned to application cccccccc-")
        assert client.run("Get-Mailbox").state == PSInvocationState.Failed


@pytest.mark.parametrize("wrong", [{"AccessToken": "x.y.z"}, {"Organization": "fabrikam.com"}])
def test_a_wrong_token_or_organization_fails_the_connect(
    environment: dict[str, str], tenant: Tenant, wrong: dict[str, Any]
) -> None:
    with Client(environment) as client:
        given: dict[str, Any] = {"AccessToken": token(tenant), "Organization": "contoso.com"} | wrong
        run = client.run("Connect-ExchangeOnline", **given)
        assert run.state == PSInvocationState.Failed
        assert given["AccessToken"] not in str(run.reason)


@pytest.mark.parametrize(
    "other",
    [{"AppId": "x", "Certificate": "y"}, {"ManagedIdentity": True}, {"Credential": "x"}, {"Device": True}],
)
def test_other_ways_to_sign_in_are_refused_loudly(client: Client, other: dict[str, Any]) -> None:
    run = client.run("Connect-ExchangeOnline", Organization="contoso.com", **other)
    assert run.reason
    assert run.reason.FullyQualifiedErrorId == "OfflineTenantNotEmulated"


def test_a_tenant_that_is_not_there(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Client(environment | {"OFFLINE_TENANT_URL": f"https://localhost:{port}"}) as client:
        run = client.run("Connect-ExchangeOnline", AccessToken="x", Organization="contoso.com")
        assert str(run.reason).startswith("An error occurred while sending the request.")


def test_a_certificate_that_nobody_trusts(environment: dict[str, str]) -> None:
    del environment["SSL_CERT_FILE"]
    with Client(environment) as client:
        run = client.run("Connect-ExchangeOnline", AccessToken="x", Organization="contoso.com")
        assert "CERTIFICATE_VERIFY_FAILED" in str(run.reason)


# --- results


def test_records_become_typed_objects(client: Client) -> None:
    run = client.run("Get-Mailbox", "invoices@contoso.com")
    [mailbox] = records(run)
    assert run.output[0].PSTypeNames[0] == "Deserialized.Microsoft.Exchange.Data.Directory.Management.Mailbox"
    assert run.output[0].PSTypeNames[-1].endswith("System.Object")
    assert isinstance(mailbox["Guid"], PSGuid)
    assert isinstance(mailbox["WhenCreated"], PSDateTime)
    assert list(mailbox["EmailAddresses"]) == ["SMTP:invoices@contoso.com", "smtp:rechnungen@contoso.com"]
    assert mailbox["ForwardingSmtpAddress"] is None
    assert mailbox["IsShared"] is True
    assert not any("@" in name for name in mailbox)


def test_the_whole_job_by_hand(client: Client) -> None:
    principal = new_principal(client)
    [granted] = records(client.run("Add-MailboxPermission", **GRANT, Confirm=False))
    assert list(granted["AccessRights"]) == ["FullAccess"]
    listed = records(client.run("Get-MailboxPermission", BILLING, User=principal["Sid"]))
    assert [entry["User"] for entry in listed] == [ENTERPRISE_OBJECT_ID]
    assert records(client.run("Remove-MailboxPermission", **GRANT, Confirm=False)) == []
    assert records(client.run("Remove-ServicePrincipal", APP_ID, Confirm=False)) == []
    assert records(client.run("Get-ServicePrincipal")) == []


def test_hostile_names_arrive_as_they_are(client: Client) -> None:
    name = '\'; rm -rf / $(x) "q" <b>&\r\n_x000D_ 日本 \U0001f4e7'
    given: dict[str, Any] = {"AppId": "x", "ObjectId": "y", "DisplayName": name}
    [record] = records(client.run("New-ServicePrincipal", **given))
    assert record["DisplayName"] == name


def test_sending_is_granted_and_a_protocol_is_switched(client: Client) -> None:
    given: dict[str, Any] = {
        "Identity": BILLING,
        "Trustee": "finance@contoso.com",
        "AccessRights": "SendAs",
        "Confirm": False,
    }
    [granted] = records(client.run("Add-RecipientPermission", **given))
    assert (granted["Trustee"], granted["AccessRights"]) == ("finance", ["SendAs"])
    [warning] = client.run("Add-RecipientPermission", **given).warnings
    assert warning.startswith("The appropriate access control entry is already present on the object")
    for value in (True, None):
        assert records(client.run("Set-CASMailbox", BILLING, SmtpClientAuthenticationDisabled=value)) == []
        [shown] = records(client.run("Get-CASMailbox", BILLING))
        assert shown["SmtpClientAuthenticationDisabled"] is value
    [mailbox] = records(client.run("Get-Mailbox", Filter="PrimarySmtpAddress -eq 'billing@contoso.com'"))
    assert mailbox["Name"] == "billing"
    members = records(client.run("Get-DistributionGroupMember", "finance"))
    assert [member["Name"] for member in members] == ["adele", "patti"]
    [error] = client.run("Get-Mailbox", Filter="Alis -eq 'x'").errors
    assert '"Alis" is not a recognized filterable property' in str(error)


def test_large_results_come_in_pages_and_end_at_the_result_size(
    client: Client, tenant: Tenant, ledger: Ledger
) -> None:
    for number in range(50):
        add_mailbox(tenant, f"user{number}@contoso.com", f"User {number}")
    client.run("Disconnect-ExchangeOnline", Confirm=False)
    client.connect(token(tenant), PageSize=20)
    ledger.reset()
    assert len(records(client.run("Get-Mailbox", ResultSize="Unlimited"))) == 62
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 4}
    for size in (1, 20, 21, 62, 90):
        run = client.run("Get-Mailbox", ResultSize=size)
        assert len(records(run)) == min(size, 62)
        assert run.warnings == []


def test_more_than_a_thousand_results_are_cut_with_a_warning(client: Client, tenant: Tenant) -> None:
    for number in range(1000):
        add_mailbox(tenant, f"user{number}@contoso.com", f"User {number}")
    run = client.run("Get-Mailbox")
    assert len(records(run)) == 1000
    assert run.warnings == [
        (
            "There are more results available than are currently displayed. To display them, increase the value for the "
            "ResultSize parameter."
        )
    ]


# --- warnings and errors


def test_a_warning_goes_to_the_warning_stream(client: Client) -> None:
    new_principal(client)
    client.run("Add-MailboxPermission", **GRANT)
    run = client.run("Add-MailboxPermission", **GRANT)
    assert records(run) == []
    [text] = run.warnings
    assert text.startswith("The appropriate access control entry is already present on the object")
    assert client.run("Add-MailboxPermission", **GRANT, WarningAction="SilentlyContinue").warnings == []
    stopped = client.run("Add-MailboxPermission", **GRANT, WarningAction="Stop")
    assert stopped.state == PSInvocationState.Failed


def test_an_error_is_non_terminating(client: Client) -> None:
    run = client.run("Get-Mailbox", Identity="nobody@contoso.com")
    assert run.state == PSInvocationState.Completed
    [error] = run.errors
    message = str(error.Exception.Message)
    assert message.startswith(
        "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The"
    )
    assert str(error.FullyQualifiedErrorId).startswith("[Server=AM0PR01MB0001,RequestId=")
    assert str(error.FullyQualifiedErrorId).endswith(" GMT],Write-ErrorMessage")
    assert error.CategoryInfo.Reason == "ManagementObjectNotFoundException"
    assert error.CategoryInfo.Activity == "Get-Mailbox"


def test_error_action_stop_makes_it_terminating_and_silence_hides_it(client: Client) -> None:
    run = client.run("Get-Mailbox", Identity="nobody@contoso.com", ErrorAction="Stop")
    assert run.state == PSInvocationState.Failed
    assert run.errors == []
    assert str(run.reason).startswith("Ex6F9304|")
    silent = client.run("Get-Mailbox", Identity="nobody@contoso.com", ErrorAction="SilentlyContinue")
    assert records(silent) == []


def test_a_rest_cmdlet_words_its_errors_otherwise(client: Client) -> None:
    [error] = client.run("Get-EXOMailbox", Identity="nobody@contoso.com").errors
    assert str(error).startswith(
        'Error while querying REST service. HttpStatusCode=404 ErrorMessage={"error": {"code"'
    )


def test_a_refused_call_and_a_lost_answer_are_errors_of_the_cmdlet(client: Client, ledger: Ledger) -> None:
    ledger.faults.append(Fault("exchange Get-Mailbox", 500, "InternalServerError", "Server fell over."))
    ledger.faults.append(Fault("exchange Get-Mailbox", effect="lose"))
    assert [str(error) for error in client.run("Get-Mailbox").errors] == ["Server fell over."]
    [lost] = client.run("Get-Mailbox").errors
    assert str(lost).startswith("An error occurred while sending the request.")
    assert len(records(client.run("Get-Mailbox"))) == 12


def test_a_token_that_ended_is_an_error_of_the_cmdlet(client: Client, tenant: Tenant) -> None:
    import datetime as dt  # noqa: PLC0415 - one use

    tenant.clock.advance(dt.timedelta(hours=2))
    [error] = client.run("Get-Mailbox").errors
    assert str(error) == "Response status code does not indicate success: 401 (Unauthorized)."


# --- questions


@pytest.mark.parametrize(("answer", "left"), [(YES, 0), (1, 0), (NO, 1), (3, 1)])
def test_a_cmdlet_that_prompts_asks_the_host(client: Client, answer: int, left: int) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, host=REAL_HOST, answer=answer)
    assert run.questions == [
        f'Are you sure you want to perform this action?\nRemoving the service principal "{ENTERPRISE_OBJECT_ID}".'
    ]
    assert records(run) == []
    assert len(records(client.run("Get-ServicePrincipal"))) == left


def test_a_cmdlet_that_prompts_fails_where_nobody_can_be_asked(client: Client) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, host=NULL_HOST)
    assert run.state == PSInvocationState.Failed
    assert str(run.reason).startswith(
        "A command that prompts the user failed because the host program or the command type does not support user "
        "interaction."
    )
    assert len(records(client.run("Get-ServicePrincipal"))) == 1


def test_confirm_and_what_if_of_a_cmdlet_that_does_not_prompt(client: Client) -> None:
    new_principal(client)
    assert client.run("Add-MailboxPermission", **GRANT, Confirm=None, host=REAL_HOST, answer=NO).questions
    assert client.run("Add-MailboxPermission", **GRANT, WhatIf=None, host=REAL_HOST).questions == []
    assert len(records(client.run("Get-MailboxPermission", BILLING))) == 1
    assert client.run("Add-MailboxPermission", **GRANT, host=REAL_HOST).questions == []
    assert len(records(client.run("Get-MailboxPermission", BILLING))) == 2


def test_a_question_can_be_stopped(client: Client) -> None:
    new_principal(client)

    run = client.start("Remove-ServicePrincipal", APP_ID, host=REAL_HOST, answer=None)
    while not run.questions:
        client.pull()
    client.tell("Signal", run.pipeline.pipeline_id)
    client.finish(run)
    assert run.state == PSInvocationState.Stopped
    assert len(records(client.run("Get-ServicePrincipal"))) == 1


def test_what_if_shows_the_prompt_on_the_host_and_does_nothing(client: Client) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, WhatIf=None, host=REAL_HOST)
    assert run.host_lines == [f'What if: Removing the service principal "{ENTERPRISE_OBJECT_ID}".']
    assert run.questions == []
    assert client.run("Remove-ServicePrincipal", APP_ID, WhatIf=None, host=NULL_HOST).host_lines == []
    assert len(records(client.run("Get-ServicePrincipal"))) == 1
    assert client.run("Remove-ServicePrincipal", "nobody", WhatIf=None, host=REAL_HOST).errors


# --- the module's own retries


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


def test_verbose_tells_of_the_two_calls_of_a_question(client: Client) -> None:
    new_principal(client)
    run = client.run("Remove-ServicePrincipal", APP_ID, Verbose=None, host=REAL_HOST, answer=YES)
    assert run.verbose == ["Validation call to the server:", "Execution call to the server:"]


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
