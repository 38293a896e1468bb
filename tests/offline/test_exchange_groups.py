"""Distribution groups: kinds, members, and what is granted to them."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.access import has_full_access, mailbox_of
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, Exchange
from tests.offline.recipients_helper import ADELE, CLERKS, NOT_FOUND, ORDERS, SEND_AS, seeded, sends


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


def group(exchange: Exchange, **more: Any) -> dict[str, Any]:
    [record] = exchange.run("New-DistributionGroup", Name="clerks", **more)
    return record


@pytest.mark.parametrize(
    ("type_", "details", "group_type"),
    [
        ("Security", "MailUniversalSecurityGroup", "Universal, SecurityEnabled"),
        ("distribution", "MailUniversalDistributionGroup", "Universal"),
    ],
)
def test_a_group_is_made_and_shown(exchange: Exchange, type_: str, details: str, group_type: str) -> None:
    made = group(exchange, Type=type_, DisplayName="The Clerks", Members=[ADELE, "alex", ADELE])
    assert (made["PrimarySmtpAddress"], made["RecipientTypeDetails"], made["GroupType"]) == (
        *(CLERKS, details, group_type),
    )
    for key in ("Name", "DisplayName", "PrimarySmtpAddress", "Guid", "DistinguishedName", "Alias"):
        assert exchange.run("Get-DistributionGroup", Identity=made[key].upper()) == [made]
    assert made in exchange.run("Get-DistributionGroup", RecipientTypeDetails=details)
    assert made in exchange.run("Get-DistributionGroup", Filter="Name -like 'cl*'")
    members = exchange.run("Get-DistributionGroupMember", Identity="clerks")
    assert [member["PrimarySmtpAddress"] for member in members] == [ADELE, "alex@contoso.com"]
    assert {member["RecipientTypeDetails"] for member in members} == {"UserMailbox"}


def test_members_come_and_go(exchange: Exchange) -> None:
    group(exchange)
    who = {"Identity": "clerks", "Member": ADELE}
    assert exchange.run("Add-DistributionGroupMember", **who) == []
    assert exchange.failure("Add-DistributionGroupMember", **who).endswith(
        '|Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException|The recipient "adele" is already a member '
        'of the group "clerks".'
    )
    question = exchange.post("Remove-DistributionGroupMember", **who).json()["@adminapi.confirmationmessage"]
    assert question == 'Removing distribution group member "adele" on distribution group "clerks".'
    assert exchange.run("Remove-DistributionGroupMember", **who, Confirm=False) == []
    assert exchange.failure("Remove-DistributionGroupMember", **who, Confirm=False).endswith(
        'MemberNotFoundException|The recipient "adele" isn\'t a member of the group "clerks".'
    )
    assert exchange.run("Get-DistributionGroupMember", Identity="clerks") == []


def test_a_service_principal_is_no_member_of_a_group(exchange: Exchange) -> None:
    exchange.new_principal()
    group(exchange, Type="Security")
    for named in (APP_ID, ENTERPRISE_OBJECT_ID, "Invoice poller"):
        message = exchange.failure("Add-DistributionGroupMember", Identity="clerks", Member=named)
        assert NOT_FOUND in message


def test_a_security_group_is_granted_rights_for_its_members(exchange: Exchange, tenant: Tenant) -> None:
    made = group(exchange, Type="Security", Members=[ADELE])
    given = {"Identity": ORDERS, "AccessRights": "FullAccess", "User": CLERKS}
    assert exchange.run("Add-MailboxPermission", **given)[0]["User"] == "clerks"
    exchange.run("Add-RecipientPermission", Identity=ORDERS, Trustee=made["Guid"], **SEND_AS)
    orders, adele = mailbox_of(tenant, ORDERS), mailbox_of(tenant, ADELE)
    assert orders
    assert adele
    assert has_full_access(tenant, orders, adele)
    assert sends(tenant, ADELE)
    assert not sends(tenant, "alex@contoso.com")
    exchange.run("Remove-DistributionGroup", Identity="clerks", Confirm=False)
    assert not sends(tenant, ADELE)


def test_a_distribution_group_cannot_be_granted_anything(exchange: Exchange) -> None:
    group(exchange)
    given = {"Identity": ORDERS, "AccessRights": "FullAccess", "User": "clerks"}
    assert NOT_FOUND in exchange.failure("Add-MailboxPermission", **given)
    assert NOT_FOUND in exchange.failure(
        "Add-RecipientPermission", Identity=ORDERS, Trustee="clerks", **SEND_AS
    )


def test_a_name_of_a_group_and_a_mailbox_is_ambiguous(exchange: Exchange) -> None:
    group(exchange, DisplayName="Adele Vance", Type="Security")
    for given in (
        {"Identity": "Adele Vance", "Trustee": ADELE},
        {"Identity": ORDERS, "Trustee": "Adele Vance"},
    ):
        assert "matches multiple entries" in exchange.failure("Add-RecipientPermission", **given, **SEND_AS)
    assert exchange.run("Get-Mailbox", Identity="Adele Vance")[0]["PrimarySmtpAddress"] == ADELE
