"""RBAC for Applications: what an assignment reaches."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.exchange.groups import add_group
from offline_tenant.state import lag
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.app_rbac_helper import (
    BILLING,
    INVOICES,
    NOT_FOUND,
    assign,
    authorized,
    reaches,
    scope,
    seeded,
)
from tests.offline.exchange_helper import (
    APP_ID,
    Exchange,
)


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


def test_an_assignment_without_a_scope_reaches_everything(exchange: Exchange, tenant: Tenant) -> None:
    assert (reaches(tenant, BILLING), authorized(exchange, BILLING)) == (None, [])
    assign(exchange)

    assert reaches(tenant, BILLING) is True
    assert authorized(exchange, BILLING) == [("Organization", "Organization", "True")]


def test_a_filter_decides(exchange: Exchange, tenant: Tenant) -> None:
    scope(exchange)
    assign(exchange, CustomResourceScope="Billing")

    assert (reaches(tenant, BILLING), reaches(tenant, INVOICES)) == (True, False)
    assert authorized(exchange, BILLING) == [("Billing", "CustomRecipientScope", "True")]
    assert authorized(exchange, INVOICES) == [("Billing", "CustomRecipientScope", "False")]
    assert authorized(exchange, None) == [("Billing", "CustomRecipientScope", "Not Run")]


def test_of_several_assignments_any_one_does(exchange: Exchange, tenant: Tenant) -> None:
    scope(exchange)
    scope(exchange, "Invoices", "Alias -like 'inv*'")
    for name in ("Billing", "Invoices"):
        assign(exchange, CustomResourceScope=name)

    assert [row[2] for row in authorized(exchange, INVOICES)] == ["False", "True"]
    assert (reaches(tenant, INVOICES), reaches(tenant, "adele@contoso.com")) == (True, False)


@pytest.mark.parametrize("by", ["filter", "group"])
def test_of_a_group_direct_members_count(exchange: Exchange, tenant: Tenant, by: str) -> None:
    direct, nested = (mailbox_of(tenant, address) for address in (BILLING, INVOICES))
    assert direct
    assert nested
    inner = add_group(tenant, "inner@contoso.com", "Inner", members=(nested["Sid"],))
    add_group(tenant, "senders@contoso.com", "Mail senders", members=(direct["Sid"], inner["Sid"]))
    if by == "group":
        made = assign(exchange, RecipientGroupScope="senders@contoso.com")
        assert made["CustomResourceScope"] == "senders"
    else:
        name = "CN=senders,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD"
        scope(exchange, "Group", f"MemberOfGroup -eq '{name},DC=OUTLOOK,DC=COM'")
        assign(exchange, CustomResourceScope="Group")

    assert (reaches(tenant, BILLING), reaches(tenant, INVOICES)) == (True, False)
    assert [authorized(exchange, address)[0][2] for address in (BILLING, INVOICES)] == ["True", "False"]


def test_another_scope_takes_the_place_of_the_first(exchange: Exchange, tenant: Tenant) -> None:
    add_group(tenant, "senders@contoso.com", "Mail senders")
    scope(exchange)
    assign(exchange, Name="Sender", CustomResourceScope="Billing")
    exchange.run("Set-ManagementRoleAssignment", Identity="Sender", RecipientGroupScope="Mail senders")

    assert reaches(tenant, BILLING) is False
    [found] = exchange.run("Get-ManagementRoleAssignment", Identity="Sender")
    assert (found["CustomResourceScope"], found["RecipientWriteScope"]) == ("senders", "Group")
    exchange.run("Remove-ManagementScope", Identity="Billing", Confirm=False)


def test_an_assignment_that_is_switched_off_is_none(exchange: Exchange, tenant: Tenant) -> None:
    assign(exchange, Name="Sender")
    exchange.run("Set-ManagementRoleAssignment", Identity="Sender", Enabled=False)

    assert (reaches(tenant, BILLING), authorized(exchange, BILLING)) == (None, [])


def test_the_test_bypasses_the_cache(exchange: Exchange, tenant: Tenant) -> None:
    lag.configure(tenant.store.collection("", "settings"), {"managementRoleAssignments": {"seconds": 3600}})
    assign(exchange)

    assert reaches(tenant, BILLING) is None
    assert authorized(exchange, BILLING) == [("Organization", "Organization", "True")]
    tenant.clock.advance(timedelta(minutes=61))
    assert reaches(tenant, BILLING) is True


def test_a_mailbox_to_test_must_be_there(exchange: Exchange) -> None:
    found = exchange.failure("Test-ServicePrincipalAuthorization", Identity=APP_ID, Resource="nobody")

    assert found == NOT_FOUND.format("nobody")


def test_with_its_principal_an_assignment_goes(exchange: Exchange) -> None:
    scope(exchange)
    assign(exchange, CustomResourceScope="Billing")
    exchange.run("Remove-ServicePrincipal", Identity=APP_ID, Confirm=False)

    assert exchange.run("Get-ManagementRoleAssignment", RoleAssigneeType="ServicePrincipal") == []
    exchange.run("Remove-ManagementScope", Identity="Billing", Confirm=False)
