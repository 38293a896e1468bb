"""One test body for every way to Exchange's cmdlets: what a session gives must not depend on how it is reached."""

from collections.abc import Iterator
from typing import Any

import pytest

from offline_tenant.exchange import paging
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.ledger import Ledger
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, token
from tests.offline.ways import WAYS, Way
from tests.offline.wsman_fixtures import jump_host_environment

__all__ = ["jump_host_environment"]

BILLING = "billing@contoso.com"
GRANT: dict[str, Any] = {"Identity": BILLING, "User": ENTERPRISE_OBJECT_ID, "AccessRights": "FullAccess"}
NEW: dict[str, Any] = {"AppId": APP_ID, "ObjectId": ENTERPRISE_OBJECT_ID, "DisplayName": "Invoice poller"}
HOSTILE = '\'; rm -rf / $(x) "q" <b>&]]>\r\n\t_x000D_ %s {0} 日本 \U0001f4e7 `id` |'


@pytest.fixture(params=WAYS)
def way(
    request: pytest.FixtureRequest, jump_host_environment: dict[str, str], tenant: Tenant
) -> Iterator[Way]:
    with WAYS[request.param](jump_host_environment, token(tenant)) as way:
        yield way


def test_a_read_gives_typed_records(way: Way) -> None:
    result = way.run("Get-Mailbox", Identity="invoices@contoso.com")
    [record] = result.records
    assert (result.errors, result.warnings, result.questions) == ([], [], [])
    assert record["EmailAddresses"] == ["SMTP:invoices@contoso.com", "smtp:rechnungen@contoso.com"]
    assert (record["Name"], record["IsShared"], record["ForwardingSmtpAddress"]) == ("invoices", True, None)
    assert len(record["Guid"]) == 36


def test_a_write_a_warning_and_counters(way: Way, ledger: Ledger) -> None:
    assert way.run("New-ServicePrincipal", **NEW).records[0]["ObjectId"] == ENTERPRISE_OBJECT_ID
    assert way.run("Add-MailboxPermission", **GRANT).records[0]["AccessRights"] == ["FullAccess"]
    again = way.run("Add-MailboxPermission", **GRANT)
    assert (again.records, again.errors) == ([], [])
    assert again.warnings[0].startswith("The appropriate access control entry is already present")
    assert ledger.stats()["exchange"] == {"New-ServicePrincipal": 1, "Add-MailboxPermission": 2}


def test_an_error_has_exchanges_text_and_the_session_goes_on(way: Way) -> None:
    [error] = way.run("Get-MailboxPermission", Identity="nobody@contoso.com").errors
    assert error.startswith(
        "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|"
        "The operation couldn't be performed because object 'nobody@contoso.com' couldn't be found on '"
    )
    assert len(way.run("Get-Mailbox").records) > 1


def test_a_prompt_is_asked_and_its_answer_counts(way: Way) -> None:
    way.run("New-ServicePrincipal", **NEW)
    refused = way.run("Remove-ServicePrincipal", answer=False, Identity=APP_ID)
    assert refused.questions[0].endswith(f'Removing the service principal "{ENTERPRISE_OBJECT_ID}".')
    assert len(way.run("Get-ServicePrincipal").records) == 1
    assert way.run("Remove-ServicePrincipal", Identity=APP_ID).errors  # nobody is there to be asked
    assert len(way.run("Get-ServicePrincipal").records) == 1
    assert way.run("Remove-ServicePrincipal", answer=True, Identity=APP_ID).errors == []
    assert way.run("Get-ServicePrincipal").records == []


def test_an_unknown_cmdlet_is_not_there_and_the_session_goes_on(way: Way) -> None:
    assert way.run("Get-Unicorn").unknown
    assert not way.run("Get-ServicePrincipal").unknown


@pytest.mark.parametrize("value", [HOSTILE, "", " ", "\u0000\u0001", "x" * 60_000, "Ex41BAF5|a|b"])
def test_hostile_values_arrive_or_are_refused_by_exchange(way: Way, value: str) -> None:
    result = way.run("New-ServicePrincipal", **NEW | {"DisplayName": value})
    if result.errors:
        assert "The length of the property is too long." in result.errors[0]
        assert len(value) > 256
    else:
        assert result.records[0]["DisplayName"] == value
        assert way.run("Get-ServicePrincipal", Identity=APP_ID).records[0]["DisplayName"] == value


def test_records_come_in_pages_and_in_order(
    way: Way, tenant: Tenant, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [mailbox["PrimarySmtpAddress"] for mailbox in tenant.documents("mailboxes").all()]
    monkeypatch.setattr(paging, "LARGEST_PAGE", len(there) // 2 - 1)
    records = way.run("Get-Mailbox", ResultSize="Unlimited").records
    assert [record["PrimarySmtpAddress"] for record in records] == there
    assert ledger.stats()["exchange"] == {"Get-Mailbox": 3}


@pytest.mark.load
def test_more_than_a_thousand_records_come_whole(way: Way, tenant: Tenant, ledger: Ledger) -> None:
    with tenant.store.transaction():
        for number in range(1000):
            add_mailbox(tenant, f"user{number}@contoso.com", f"User {number}")
    # One small record a mailbox: what is shown is the page of Exchange, not how fast the clients read.
    records = way.run("Get-RecipientPermission", ResultSize="Unlimited").records
    names = [record["Identity"] for record in records]
    assert len(names) == len(set(names)) == tenant.documents("mailboxes").count()
    assert names[-1] == "user999"
    assert ledger.stats()["exchange"] == {"Get-RecipientPermission": 2}
