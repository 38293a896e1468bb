"""RBAC for Applications: who may; dehydrated organizations and write scopes."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import customization, routes, settings
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.app_rbac_helper import (
    BILLING,
    DEHYDRATED,
    INVOICES,
    NOT_DELEGATED,
    ONLY_BILLING,
    SEND,
    assign,
    scope,
    seeded,
)
from tests.offline.exchange_helper import (
    APP_ID,
    GLOBAL_READER,
    RECIPIENT_ADMINISTRATOR,
    Exchange,
    token,
)


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.mark.parametrize("noun", ["ManagementScope", "ManagementRoleAssignment", "ServicePrincipal"])
@pytest.mark.parametrize("verb", ["New", "Get", "Set", "Remove"])
def test_role_management_is_not_for_recipient_administrators(
    exchange: Exchange, tenant: Tenant, verb: str, noun: str
) -> None:
    assert exchange.has(f"{verb}-{noun}")
    exchange.token = token(tenant, wids=[RECIPIENT_ADMINISTRATOR])
    assert not exchange.has(f"{verb}-{noun}")
    exchange.token = token(tenant, wids=[GLOBAL_READER])
    assert exchange.has(f"{verb}-{noun}") is (verb == "Get")


RBAC_WRITES: list[tuple[str, dict[str, Any]]] = [
    ("New-ManagementScope", {"Name": "x", "RecipientRestrictionFilter": ONLY_BILLING}),
    ("Set-ManagementScope", {"Identity": "Billing", "Name": "y"}),
    ("Remove-ManagementScope", {"Identity": "Billing"}),
    ("New-ManagementRoleAssignment", {"Name": "x", "Role": SEND, "App": APP_ID}),
    ("Set-ManagementRoleAssignment", {"Identity": "x", "Enabled": False}),
    ("Remove-ManagementRoleAssignment", {"Identity": "x"}),
]


@pytest.mark.parametrize(("cmdlet", "given"), RBAC_WRITES)
def test_a_dehydrated_organization_has_no_roles_of_its_own(
    exchange: Exchange, tenant: Tenant, cmdlet: str, given: dict[str, Any]
) -> None:
    customization.assume(tenant, dehydrated=True)
    [config] = exchange.run("Get-OrganizationConfig")

    assert config["IsDehydrated"] is True
    assert exchange.failure(cmdlet, **given).partition("|")[2] == DEHYDRATED
    assert exchange.run("Get-ManagementScope") == []
    assert exchange.run("Get-ManagementRoleAssignment", Role=SEND) == []


def test_a_hydrated_organization_waits_for_its_delegating_assignments(
    exchange: Exchange, tenant: Tenant
) -> None:
    exchange.token = token(tenant, exp=int(time.time()) + 7200)
    customization.assume(tenant, dehydrated=True)
    assert exchange.run("Enable-OrganizationCustomization") == []
    [config] = exchange.run("Get-OrganizationConfig")
    assert config["IsDehydrated"] is False

    scope(exchange)
    for minutes in (0, 39):
        tenant.clock.advance(timedelta(minutes=minutes))
        for cmdlet, given in RBAC_WRITES[3:]:
            assert exchange.failure(cmdlet, **given).endswith(NOT_DELEGATED.format("x"))
        assert exchange.run("Get-ManagementRoleAssignment", Role=SEND) == []
    tenant.clock.advance(timedelta(minutes=22))
    assert assign(exchange, Name="x")["Name"] == "x"


def test_an_organization_is_hydrated_once(exchange: Exchange, tenant: Tenant) -> None:
    text = "|This operation is not required. Organization is already enabled for customization."
    assert exchange.failure("Enable-OrganizationCustomization").endswith(text)
    customization.assume(tenant, dehydrated=True)
    exchange.run("Enable-OrganizationCustomization")

    assert exchange.failure("Enable-OrganizationCustomization").endswith(text)


@pytest.mark.parametrize(
    ("cmdlet", "given"),
    [
        ("Add-MailboxPermission", {"User": APP_ID, "AccessRights": "FullAccess"}),
        ("Remove-MailboxPermission", {"User": APP_ID, "AccessRights": "FullAccess"}),
        ("Set-User", {"AuthenticationPolicy": None}),
    ],
)
def test_outside_the_write_scope_nothing_changes(
    exchange: Exchange, tenant: Tenant, cmdlet: str, given: dict[str, Any]
) -> None:
    settings.change(tenant, {"write_scope": ONLY_BILLING})

    assert exchange.failure(cmdlet, Identity=INVOICES, **given).partition("|")[2] == (
        'System.InvalidOperationException|The operation on mailbox "invoices" failed because it\'s out of the current '
        "user's write scope. 'invoices' isn't within your current write scopes. Can't perform save operation."
    )
    assert len(exchange.run("Get-MailboxPermission", Identity=INVOICES)) == 1
    assert exchange.post(cmdlet, Identity=BILLING, **given).status_code == 200
