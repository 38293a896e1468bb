"""Cmdlets of the Exchange module in the pwsh stand-in: results, warnings and errors."""

from typing import Any

from psrpcore.types import PSDateTime, PSGuid, PSInvocationState

from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.ledger import Fault, Ledger
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, token
from tests.offline.pwsh_exchange_helper import BILLING, GRANT, new_principal, records
from tests.offline.pwsh_helper import Client

pytest_plugins = ["tests.offline.pwsh_fixtures"]


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


def test_controls_in_an_error_arrive_and_the_session_goes_on(client: Client) -> None:
    name = "a\x00b\x07c\r\x1b[31m\x9b_x0041_\U0001f600"

    [error] = client.run("Get-Mailbox", Identity=name).errors

    message = str(error.Exception.Message)
    assert f"object '{name}' couldn't be found" in message
    # Its ToString, which PowerShell escapes as any text, and psrpcore does not.
    assert str(error.Exception).endswith(f": {message}")
    assert len(records(client.run("Get-Mailbox", Identity="invoices@contoso.com"))) == 1


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
