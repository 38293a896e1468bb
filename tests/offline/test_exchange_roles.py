"""Who may do what: directory roles, the management roles behind them, and the way from Entra to Exchange."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.entra.directory import role_assignments
from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.seed import seed as seed_entra
from offline_tenant.exchange import roles, routes
from offline_tenant.exchange.roles import MANAGEMENT_ROLES, ROLE_GROUPS, held_cmdlets
from offline_tenant.exchange.seed import seed
from offline_tenant.exchange.syntax import ROWS
from offline_tenant.seed import AUTOMATION_CLIENT_ID, AUTOMATION_SECRET
from offline_tenant.state import lag
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import (
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_READER,
    RECIPIENT_ADMINISTRATOR,
    Exchange,
    token,
)

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
SECURITY_READER = "5d6b6bb7-de71-4623-b4af-96380a352509"
APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed_entra(tenant, AUTOMATION_CLIENT_ID, AUTOMATION_SECRET)
    seed(tenant)
    return Exchange(client_of(routes.ROUTES), token(tenant))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_organization_management_holds_every_cmdlet(row: Any) -> None:
    assert row.name.casefold() in held_cmdlets(frozenset({EXCHANGE_ADMINISTRATOR}))


def test_role_groups_hold_roles_that_exist() -> None:
    assert {role for group in ROLE_GROUPS.values() for role in group} <= set(MANAGEMENT_ROLES)
    assert set(roles.DIRECTORY_ROLES.values()) <= set(ROLE_GROUPS)


@pytest.mark.parametrize(
    ("role", "cmdlet", "held"),
    [
        (GLOBAL_ADMINISTRATOR, "New-ServicePrincipal", True),
        (EXCHANGE_ADMINISTRATOR, "New-ServicePrincipal", True),
        (RECIPIENT_ADMINISTRATOR, "Add-MailboxPermission", True),
        (RECIPIENT_ADMINISTRATOR, "Get-MailboxPermission", True),
        (RECIPIENT_ADMINISTRATOR, "Get-ServicePrincipal", False),
        (RECIPIENT_ADMINISTRATOR, "Remove-ServicePrincipal", False),
        (GLOBAL_READER, "Get-ServicePrincipal", True),
        (GLOBAL_READER, "Get-MailboxPermission", True),
        (GLOBAL_READER, "Add-MailboxPermission", False),
        (HELPDESK, "Get-Mailbox", True),
        (HELPDESK, "Get-ServicePrincipal", False),
        (SECURITY_READER, "Get-Mailbox", True),
        (SECURITY_READER, "Set-ServicePrincipal", False),
    ],
)
def test_a_directory_role_holds_what_its_role_group_holds(role: str, cmdlet: str, *, held: bool) -> None:
    assert (cmdlet.casefold() in held_cmdlets(frozenset({role}))) is held


def test_several_roles_hold_what_each_of_them_holds(exchange: Exchange, tenant: Tenant) -> None:
    exchange.token = token(tenant, wids=[RECIPIENT_ADMINISTRATOR, GLOBAL_READER.upper()])

    assert exchange.run("Get-ServicePrincipal") == []
    assert exchange.has("Add-MailboxPermission")
    assert not exchange.has("New-ServicePrincipal")


def test_a_role_that_administers_something_else_does_not_do(exchange: Exchange, tenant: Tenant) -> None:
    exchange.token = token(tenant, wids=[APPLICATION_ADMINISTRATOR])
    response = exchange.post("Get-Mailbox")

    assert response.status_code == 403
    assert "isn't supported in this scenario" in response.text


def fresh_role(tenant: Tenant, role: str, **delay: float) -> str:
    """The automation gets one more role; what comes back is its object id."""
    lag.configure(tenant.store.collection("", "settings"), {"exchangeDirectoryRoles": delay})
    [automation] = tenant.documents("servicePrincipals").find("appId", AUTOMATION_CLIENT_ID)
    held = {"principalId": automation["id"], "roleDefinitionId": role}
    role_assignments.assign(Directory(tenant), held)
    return str(automation["id"])


def test_a_fresh_role_is_in_the_token_before_exchange_knows_of_it(exchange: Exchange, tenant: Tenant) -> None:
    oid = fresh_role(tenant, GLOBAL_READER, seconds=900)
    exchange.token = token(tenant, oid=oid, wids=[GLOBAL_READER])

    assert exchange.post("Get-Mailbox").status_code == 401
    tenant.clock.advance(timedelta(minutes=16))
    assert len(exchange.run("Get-Mailbox")) == tenant.documents("mailboxes").count()


def test_a_fresh_role_arrives_after_some_connects(exchange: Exchange, tenant: Tenant) -> None:
    oid = fresh_role(tenant, GLOBAL_READER, reads=2)
    exchange.token = token(tenant, oid=oid, wids=[GLOBAL_READER])
    banner = "/adminapi/v1.0/contoso.com/EXOBanner('AutogenSession')"
    headers = {"Authorization": f"Bearer {exchange.token}"}

    assert [exchange.http.get(banner, headers=headers).status_code for _ in range(3)] == [401, 401, 200]


def test_beside_a_fresh_role_an_older_one_goes_on(exchange: Exchange, tenant: Tenant) -> None:
    oid = fresh_role(tenant, GLOBAL_ADMINISTRATOR, seconds=900)
    exchange.token = token(tenant, oid=oid, wids=[GLOBAL_READER, GLOBAL_ADMINISTRATOR])

    assert len(exchange.run("Get-Mailbox")) == tenant.documents("mailboxes").count()
    assert not exchange.has("New-ServicePrincipal")
    tenant.clock.advance(timedelta(minutes=16))
    assert exchange.has("New-ServicePrincipal")


@pytest.mark.parametrize(
    "cmdlet", ["New-RoleGroup", "Set-RoleGroup", "Add-RoleGroupMember", "New-ManagementRole"]
)
def test_what_would_make_further_roles_is_not_there(exchange: Exchange, cmdlet: str) -> None:
    assert not exchange.has(cmdlet)


@pytest.mark.parametrize("role", [HELPDESK, SECURITY_READER])
def test_some_roles_cannot_be_given_here(exchange: Exchange, tenant: Tenant, role: str) -> None:
    with pytest.raises(DirectoryError, match="does not emulate") as refused:
        fresh_role(tenant, role)
    assert refused.value.status == 501
