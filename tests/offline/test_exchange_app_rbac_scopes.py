"""RBAC for Applications: management scopes, and the names of scopes and assignments."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.app_rbac_helper import (
    BILLING,
    INVOICES,
    ONLY_BILLING,
    SEND,
    assign,
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


def test_a_scope_shows_what_exchange_shows(exchange: Exchange) -> None:
    made = scope(exchange)

    assert made["RecipientFilter"] == ONLY_BILLING
    assert (made["ScopeRestrictionType"], made["Exclusive"]) == ("RecipientScope", False)
    assert made["Identity"] == made["Name"] == "Billing"
    assert made["DistinguishedName"].startswith("CN=Billing,CN=Scopes,CN=RBAC,CN=Configuration,CN=contoso.")
    assert exchange.run("Get-ManagementScope", Identity=made["Guid"]) == [made]
    assert exchange.run("Get-ManagementScope") == [made]


def test_a_scope_changes_its_name_and_its_filter(exchange: Exchange, tenant: Tenant) -> None:
    made = scope(exchange)
    assign(exchange, CustomResourceScope="Billing")
    changes = {"Name": "Invoices", "RecipientRestrictionFilter": f"PrimarySmtpAddress -eq '{INVOICES}'"}
    exchange.run("Set-ManagementScope", Identity=made["Guid"], **changes)

    assert (reaches(tenant, BILLING), reaches(tenant, INVOICES)) == (False, True)
    [assignment] = exchange.run("Get-ManagementRoleAssignment", RoleAssignee=APP_ID)
    assert assignment["CustomResourceScope"] == "Invoices"


def test_a_scope_in_use_stays(exchange: Exchange) -> None:
    scope(exchange)
    scope(exchange, "Unused")
    assigned = assign(exchange, CustomResourceScope="Billing")

    assert exchange.failure("Remove-ManagementScope", Identity="Billing", Confirm=False).endswith(
        "|The management scope 'Billing' can't be removed because it's associated with one or more management role "
        "assignments. Remove or change these role assignments first."
    )
    assert [found["Name"] for found in exchange.run("Get-ManagementScope", Orphan=True)] == ["Unused"]
    exchange.run("Remove-ManagementRoleAssignment", Identity=assigned["Name"], Confirm=False)
    exchange.run("Remove-ManagementScope", Identity="Billing", Confirm=False)
    assert [found["Name"] for found in exchange.run("Get-ManagementScope")] == ["Unused"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("PrimarySmtpAddress", "Invalid filter syntax."),
        ("Colour -eq 'red'", '"Colour" is not a recognized filterable property.'),
        ("(Alias -eq 'a'", "Invalid filter syntax."),
    ],
)
@pytest.mark.parametrize("cmdlet", ["New-ManagementScope", "Set-ManagementScope"])
def test_a_filter_that_is_none_is_refused(exchange: Exchange, cmdlet: str, text: str, complaint: str) -> None:
    scope(exchange)
    key = {"Name": "Another"} if cmdlet.startswith("New") else {"Identity": "Billing"}
    found = exchange.failure(cmdlet, **key, RecipientRestrictionFilter=text)

    assert "Cannot bind parameter 'RecipientRestrictionFilter' to the target." in found
    assert complaint in found
    [kept] = exchange.run("Get-ManagementScope")
    assert kept["RecipientFilter"] == ONLY_BILLING


NAMED: list[tuple[str, dict[str, Any]]] = [
    ("New-ManagementScope", {"RecipientRestrictionFilter": ONLY_BILLING}),
    ("New-ManagementRoleAssignment", {"Role": SEND, "App": APP_ID}),
    ("Set-ManagementScope", {"Identity": "Other", "RecipientRestrictionFilter": ONLY_BILLING}),
]


@pytest.mark.parametrize(("cmdlet", "given"), NAMED)
def test_names_are_there_once_and_have_64_characters_at_most(
    exchange: Exchange, cmdlet: str, given: dict[str, Any]
) -> None:
    scope(exchange, "Taken")
    scope(exchange, "Other")
    assign(exchange, Name="Taken")

    found = exchange.failure(cmdlet, Name="TAKEN", **given)
    assert "ADObjectAlreadyExistsException|Active Directory operation failed on" in found
    assert found.endswith("already exists.")
    assert "CN=TAKEN,CN=" in found
    assert "The maximum length is 64 and the length of the value provided is 65." in exchange.failure(
        cmdlet, Name="n" * 65, **given
    )
    assert exchange.post(cmdlet, Name="n" * 64, **given).status_code == 200
