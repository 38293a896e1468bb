"""Recipients: what an address is, mailboxes by filter, ten thousand of them, and what each cmdlet refuses."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes, run
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.exchange.invocation import Outcome
from offline_tenant.exchange.mailboxes import add_mailbox, remove_mailbox
from offline_tenant.state.clock import Clock
from offline_tenant.state.ids import Ids
from offline_tenant.state.store import Store
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import APP_ID, Exchange, token
from tests.offline.recipients_helper import (
    ADELE,
    CLERKS,
    NOT_FOUND,
    ORDERS,
    SEND_AS,
    UNCHANGED,
    names,
    seeded,
)


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.mark.parametrize(
    ("identity", "name", "type_", "details"),
    [
        (ORDERS, "orders", "UserMailbox", "SharedMailbox"),
        (CLERKS, "clerks", "MailUniversalSecurityGroup", "MailUniversalSecurityGroup"),
    ],
)
def test_a_recipient_is_shown_as_what_it_is(
    exchange: Exchange, identity: str, name: str, type_: str, details: str
) -> None:
    exchange.run("New-DistributionGroup", Name="clerks", PrimarySmtpAddress=CLERKS, Type="Security")

    [record] = exchange.run("Get-Recipient", Identity=identity)

    assert (record["Name"], record["RecipientType"], record["RecipientTypeDetails"]) == (name, type_, details)
    assert record["PrimarySmtpAddress"] == identity
    assert record["WhenSoftDeleted"] is None


def test_what_was_deleted_lately_is_shown_to_whoever_asks_for_it(exchange: Exchange, tenant: Tenant) -> None:
    everybody = len(exchange.run("Get-Recipient"))
    mailbox = mailbox_of(tenant, ORDERS)
    assert mailbox
    remove_mailbox(tenant, mailbox)

    assert NOT_FOUND in exchange.failure("Get-Recipient", Identity=ORDERS)
    [record] = exchange.run("Get-Recipient", Identity=ORDERS, IncludeSoftDeletedRecipients=True)
    assert record["RecipientType"] == "UserMailbox"
    assert record["WhenSoftDeleted"]
    assert len(exchange.run("Get-Recipient")) == everybody - 1
    assert len(exchange.run("Get-Recipient", IncludeSoftDeletedRecipients=True)) == everybody

    # A new mailbox may have the address of one that is gone.
    add_mailbox(tenant, ORDERS, "Orders", "SharedMailbox")
    assert [one["Name"] for one in exchange.run("Get-Recipient", Identity=ORDERS)] == ["orders"]

    tenant.clock.advance(timedelta(days=30))
    exchange.token = token(tenant, exp=int(tenant.clock.now().timestamp()) + 3600)
    assert len(exchange.run("Get-Recipient", IncludeSoftDeletedRecipients=True)) == everybody


def test_recipients_come_kind_after_kind(exchange: Exchange) -> None:
    exchange.run("New-DistributionGroup", Name="clerks")

    everybody = [one["Name"] for one in exchange.run("Get-Recipient")]
    assert everybody[-1] == "clerks"
    assert len(set(everybody)) == len(everybody)

    exchange.headers = {"Prefer": "odata.maxpagesize=2"}
    page, paged = exchange.post("Get-Recipient").json(), []
    while page["value"]:
        paged += [one["Name"] for one in page["value"]]
        following = page.get("@odata.nextLink")
        page = exchange.post("Get-Recipient", following).json() if following else {"value": []}
    assert paged == everybody


# --- mailboxes by filter


@pytest.mark.parametrize("cmdlet", ["Get-Mailbox", "Get-EXOMailbox", "Get-CASMailbox", "Get-EXOCasMailbox"])
@pytest.mark.parametrize(
    "text",
    [
        "Alias -eq 'orders'",
        f"PrimarySmtpAddress -eq '{ORDERS}'",
        f"EmailAddresses -eq 'smtp:{ORDERS}'",
        f"EmailAddresses -eq '{ORDERS}'",
        "CustomAttribute1 -eq 'x' -and RecipientTypeDetails -eq 'SharedMailbox'",
    ],
)
def test_mailboxes_are_selected_by_a_filter(exchange: Exchange, cmdlet: str, text: str) -> None:
    exchange.run("Set-Mailbox", Identity=ORDERS, CustomAttribute1="x")
    assert names(exchange.run(cmdlet, Filter=text)) == {"orders"}
    assert exchange.run(cmdlet, Filter=text, RecipientTypeDetails="RoomMailbox") == []


def test_a_mailbox_is_changed(exchange: Exchange) -> None:
    given = {
        "Identity": ORDERS,
        "DisplayName": "New",
        "CustomAttribute15": "O'Neil",
        "LitigationHoldEnabled": True,
    }
    assert exchange.run("Set-Mailbox", **given) == []
    [shown] = exchange.run("Get-Mailbox", Filter="CustomAttribute15 -eq 'O''Neil'")
    assert {name: shown[name] for name in given if name != "Identity"} == {
        name: value for name, value in given.items() if name != "Identity"
    }
    assert exchange.warning("Set-Mailbox", **given) == UNCHANGED.format("orders")
    exchange.run("Set-Mailbox", Identity=ORDERS, CustomAttribute15=None)
    assert exchange.run("Get-Mailbox", Identity=ORDERS)[0]["CustomAttribute15"] == ""


def test_permissions_are_shown_by_the_fast_cmdlet_too(exchange: Exchange) -> None:
    for given in ({"Identity": ORDERS}, {"PrimarySmtpAddress": ORDERS}):
        shown = exchange.run("Get-EXOMailboxPermission", **given)
        assert shown == exchange.run("Get-MailboxPermission", Identity=ORDERS)


# --- refusals


@pytest.mark.parametrize(
    ("cmdlet", "given", "message"),
    [
        (
            "Add-RecipientPermission",
            {"Identity": ORDERS},
            "missing mandatory parameters: AccessRights Trustee.",
        ),
        ("Add-RecipientPermission", {"Identity": ORDERS, "Trustee": "nobody", **SEND_AS}, "object 'nobody'"),
        ("Add-RecipientPermission", {"Identity": "nobody", "Trustee": ADELE, **SEND_AS}, "object 'nobody'"),
        (
            "Add-RecipientPermission",
            {"Identity": ORDERS, "Trustee": ADELE, "AccessRights": "FullAccess"},
            "SendAs",
        ),
        ("Add-RecipientPermission", {"Identity": ORDERS, "Trustee": "", **SEND_AS}, "it is an empty string."),
        ("Add-RecipientPermission", {"Identity": None, "Trustee": ADELE, **SEND_AS}, "because it is null."),
        (
            "Remove-RecipientPermission",
            {"Identity": "nobody", "Trustee": ADELE, **SEND_AS},
            "object 'nobody'",
        ),
        ("Get-RecipientPermission", {"Identity": "nobody"}, "object 'nobody' couldn't be found on"),
        ("Get-RecipientPermission", {"Trustee": "nobody"}, "object 'nobody' couldn't be found on"),
        ("Remove-RecipientPermission", {"MultiTrustees": [ADELE]}, "does not emulate -MultiTrustees"),
        ("Get-CASMailbox", {"Identity": "nobody"}, "object 'nobody' couldn't be found on"),
        ("Get-CASMailbox", {"Identity": APP_ID}, "The specified mailbox doesn't exist."),
        ("Get-EXOCasMailbox", {"PrimarySmtpAddress": "nobody@contoso.com"}, "couldn't be found on"),
        (
            "Get-EXOCasMailbox",
            {"Properties": "SmtpClientAuthenticationDisabled"},
            "Could not find a property",
        ),
        ("Get-EXOMailboxPermission", {}, "Parameter set cannot be resolved"),
        (
            "Set-CASMailbox",
            {"Identity": "nobody", "ImapEnabled": False},
            "object 'nobody' couldn't be found on",
        ),
        ("Set-CASMailbox", {"ImapEnabled": False}, "missing mandatory parameters: Identity."),
        ("Set-CASMailbox", {"Identity": ORDERS, "ImapEnabled": "false"}, 'to type "System.Boolean"'),
        ("Set-CASMailbox", {"Identity": ORDERS, "ImapEnabled": None}, 'Cannot convert value "" to type'),
        ("Set-CASMailbox", {"Identity": ORDERS, "ImapUseProtocolDefaults": False}, "does not emulate -Imap"),
        (
            "Set-CASMailbox",
            {"Identity": ORDERS, "SmtpEnabled": False},
            "matches parameter name 'SmtpEnabled'",
        ),
        ("Get-CASMailboxPlan", {"Identity": "nothing"}, "object 'nothing' couldn't be found on"),
        ("Set-CASMailboxPlan", {"Identity": "nothing", "ImapEnabled": False}, "object 'nothing' couldn't be"),
        (
            "Set-CASMailboxPlan",
            {"Identity": "ExchangeOnline", "SmtpClientAuthenticationDisabled": True},
            "matches parameter name 'SmtpClientAuthenticationDisabled'",
        ),
        ("Set-Mailbox", {"Identity": "nobody", "DisplayName": "x"}, "object 'nobody' couldn't be found on"),
        ("Set-Mailbox", {"Identity": ORDERS, "Type": "Room"}, "does not emulate -Type of Set-Mailbox"),
        ("Get-DistributionGroup", {"Identity": ORDERS}, f"object '{ORDERS}' couldn't be found on"),
        ("Get-DistributionGroupMember", {"Identity": "nothing"}, "object 'nothing' couldn't be found on"),
        ("New-DistributionGroup", {"Name": "n" * 65}, "The maximum length is 64"),
        ("New-DistributionGroup", {"Name": "orders"}, "already exists."),
        ("New-DistributionGroup", {"Name": "x", "PrimarySmtpAddress": ORDERS.upper()}, "already exists."),
        ("New-DistributionGroup", {"Name": "x", "Type": "Team"}, "Distribution, Security"),
        ("New-DistributionGroup", {"Name": "x", "Members": ["nobody"]}, "object 'nobody' couldn't be found"),
        ("Get-Mailbox", {"Filter": "Alis -eq 'x'"}, "not a recognized filterable property"),
        ("Get-Mailbox", {"Filter": "Alias"}, "Invalid filter syntax."),
        ("Get-Mailbox", {"Identity": ORDERS, "Filter": "Alias -eq 'x'"}, "Parameter set cannot be resolved"),
        ("Get-Mailbox", {"Filter": "Alias -gt 'x'"}, "does not emulate the operator -gt in a filter"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    exchange: Exchange, tenant: Tenant, cmdlet: str, given: dict[str, Any], message: str
) -> None:
    before = [
        tenant.documents(kind).all() for kind in ("mailboxes", "recipientPermissions", "distributionGroups")
    ]
    assert message in exchange.failure(cmdlet, **given)
    after = [
        tenant.documents(kind).all() for kind in ("mailboxes", "recipientPermissions", "distributionGroups")
    ]
    assert after == before


# --- ten thousand mailboxes


class Counting(Store):
    """A store that counts the rows that are read from it."""

    rows = 0

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        cursor = super().execute(statement, *values)
        cursor.row_factory = self._counted
        return cursor

    def _counted(self, _: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
        self.rows += 1
        return row


@pytest.fixture(scope="module")
def crowd() -> Iterator[Tenant]:
    """A tenant with 10,000 mailboxes, each tenth of them shared."""
    store = Counting(":memory:")
    tenant = Tenant("0ff11ce0-7e4a-4b1d-9c3e-c0a750000001", store, Clock(store), Ids(store))
    with store.transaction():
        for number in range(10_000):
            type_ = "UserMailbox" if number % 10 else "SharedMailbox"
            add_mailbox(tenant, f"user{number}@contoso.com", f"User {number}", type_)
    yield tenant
    store.close()


@pytest.mark.parametrize(
    ("cmdlet", "given", "found", "most"),
    [
        ("Get-Mailbox", {}, 1001, 1100),
        ("Get-CASMailbox", {}, 1001, 1100),
        ("Get-RecipientPermission", {}, 1001, 5100),
        ("Get-Mailbox", {"RecipientTypeDetails": "SharedMailbox"}, 1000, 1100),
        ("Get-CASMailbox", {"RecipientTypeDetails": ["SharedMailbox", "RoomMailbox"]}, 1000, 1100),
        ("Get-Mailbox", {"Identity": "user9999@contoso.com"}, 1, 20),
        ("Get-Mailbox", {"Filter": "Alias -eq 'user9999'"}, 1, 20),
        ("Get-Mailbox", {"Filter": "PrimarySmtpAddress -eq 'user9999@contoso.com'"}, 1, 20),
        ("Get-Mailbox", {"Filter": "RecipientTypeDetails -eq 'SharedMailbox'"}, 1000, 1100),
        ("Get-Mailbox", {"Filter": "Alias -eq 'user9' -and RecipientTypeDetails -eq 'UserMailbox'"}, 1, 20),
    ],
)
def test_a_page_of_ten_thousand_mailboxes_reads_no_more_than_a_page(
    crowd: Tenant, cmdlet: str, given: dict[str, Any], found: int, most: int
) -> None:
    assert isinstance(crowd.store, Counting)
    before = crowd.store.rows
    outcome = run.run(crowd, cmdlet, given)
    assert isinstance(outcome, Outcome)
    # One more than a page, which is how the endpoint sees that there is another one.
    assert len(outcome.rows(0, 1001)) == found
    assert crowd.store.rows - before <= most
