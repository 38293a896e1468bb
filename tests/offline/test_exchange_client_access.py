"""CASMailbox and CASMailboxPlan: the switches of mail protocols."""

from collections.abc import Callable, Iterable

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import Exchange
from tests.offline.recipients_helper import ADELE, ORDERS, UNCHANGED, seeded


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


def test_a_fresh_mailbox_has_its_protocols_and_follows_the_organization(exchange: Exchange) -> None:
    [shown] = exchange.run("Get-CASMailbox", Identity=ORDERS)
    assert shown["ImapEnabled"] is shown["PopEnabled"] is shown["OWAEnabled"] is True
    assert shown["SmtpClientAuthenticationDisabled"] is None
    assert (shown["Identity"], shown["PrimarySmtpAddress"]) == ("orders", ORDERS)
    assert shown["Guid@data.type"] == "System.Guid"
    assert shown["EmailAddresses@odata.type"] == "#Collection(String)"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ImapEnabled", [False, True]),
        ("PopEnabled", [False, True]),
        ("SmtpClientAuthenticationDisabled", [True, False, None]),
        ("EwsEnabled", [False, None]),
    ],
)
def test_a_protocol_is_switched(
    exchange: Exchange, tenant: Tenant, name: str, values: list[bool | None]
) -> None:
    for value in values:
        assert exchange.run("Set-CASMailbox", Identity=ORDERS, **{name: value}) == []
        [shown] = exchange.run("Get-CASMailbox", Identity="orders")
        assert shown[name] is value
        mailbox = mailbox_of(tenant, ORDERS)
        assert mailbox
        assert mailbox.get(name) is value
        assert exchange.warning("Set-CASMailbox", Identity=ORDERS, **{name: value}) == UNCHANGED.format(
            "orders"
        )
    assert exchange.run("Get-CASMailbox", Identity=ADELE)[0]["ImapEnabled"] is True


def test_the_fast_cmdlet_shows_the_minimum_set_and_never_smtp(exchange: Exchange) -> None:
    minimum = {
        *(
            "ActiveSyncEnabled",
            "DisplayName",
            "ECPEnabled",
            "EmailAddresses",
            "EwsEnabled",
            "ExchangeVersion",
        ),
        *("Guid", "Identity", "ImapEnabled", "MAPIEnabled", "Name", "OWAEnabled", "OrganizationId"),
        *("PopEnabled", "PrimarySmtpAddress", "ServerLegacyDN"),
    }
    [shown] = exchange.run("Get-EXOCasMailbox", Identity=ORDERS)
    assert {name for name in shown if "@" not in name} == minimum
    [shown] = exchange.run("Get-EXOCasMailbox", UserPrincipalName=ORDERS, PropertySets="All")
    assert set(shown) > minimum
    assert "SmtpClientAuthenticationDisabled" not in shown


def test_a_plan_decides_about_new_mailboxes_only(exchange: Exchange, tenant: Tenant) -> None:
    plans = exchange.run("Get-CASMailboxPlan")
    assert [plan["DisplayName"] for plan in plans if plan["IsDefault"]] == ["ExchangeOnlineEnterprise"]
    assert plans[0]["Name"] == f"ExchangeOnlineEnterprise-{plans[0]['Guid']}"
    exchange.run("Set-CASMailboxPlan", Identity=plans[0]["Guid"], ImapEnabled=False)
    assert exchange.run("Get-CASMailboxPlan", Identity=plans[0]["Name"])[0]["ImapEnabled"] is False
    warning = exchange.warning("Set-CASMailboxPlan", Identity="ExchangeOnlineEnterprise", ImapEnabled=False)
    assert warning == UNCHANGED.format(plans[0]["Name"])
    add_mailbox(tenant, "new@contoso.com", "New")
    assert [
        exchange.run("Get-CASMailbox", Identity=identity)[0]["ImapEnabled"] for identity in ("new", ORDERS)
    ] == [False, True]
    exchange.run("Set-CASMailbox", Identity="new", ImapEnabled=True)
    assert exchange.run("Get-CASMailbox", Identity="new")[0]["ImapEnabled"] is True
