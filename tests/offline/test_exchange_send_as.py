"""RecipientPermission: each warning, error and property by causing it."""

from collections.abc import Callable, Iterable

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, Exchange
from tests.offline.recipients_helper import ADELE, CLERKS, ORDERS, SEND_AS, seeded, sends


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


def test_sending_as_a_mailbox_is_granted_shown_and_taken_back(exchange: Exchange, tenant: Tenant) -> None:
    principal = exchange.new_principal()
    [record] = exchange.run("Add-RecipientPermission", Identity=ORDERS, Trustee=APP_ID, **SEND_AS)
    assert record == {
        "Identity": "orders",
        "Trustee": ENTERPRISE_OBJECT_ID,
        "TrusteeSidString": principal["Sid"],
        "AccessControlType": "Allow",
        "AccessRights@odata.type": "#Collection(String)",
        "AccessRights": ["SendAs"],
        "IsInherited": False,
        "InheritanceType": "None",
    }
    listed = exchange.run("Get-RecipientPermission", Identity=ORDERS)
    assert [entry["Trustee"] for entry in listed] == ["NT AUTHORITY\\SELF", ENTERPRISE_OBJECT_ID]
    assert exchange.run("Get-RecipientPermission", Identity=ORDERS, Trustee=principal["Sid"]) == [record]
    assert exchange.run("Get-RecipientPermission", Trustee=APP_ID, AccessRights="SendAs") == [record]
    assert exchange.run("Get-EXORecipientPermission", PrimarySmtpAddress=ORDERS, Trustee=APP_ID) == [record]
    assert sends(tenant)
    assert exchange.run("Remove-RecipientPermission", Identity=ORDERS, Trustee=APP_ID, **SEND_AS) == []
    assert not sends(tenant)


def test_every_recipient_permission_is_listed_without_an_identity(exchange: Exchange, tenant: Tenant) -> None:
    exchange.new_principal()
    exchange.run("Add-RecipientPermission", Identity=ORDERS, Trustee=APP_ID, **SEND_AS)
    everything = exchange.run("Get-RecipientPermission")
    assert len(everything) == tenant.documents("mailboxes").count() + 1
    tenant.documents("settings").put("exchange", {"unknown_identity": "everything"})
    assert exchange.run("Get-RecipientPermission", Identity="nobody@contoso.com") == everything


def test_sending_as_a_group_is_granted_too(exchange: Exchange) -> None:
    exchange.new_principal()
    exchange.run("New-DistributionGroup", Name="clerks")
    [record] = exchange.run("Add-RecipientPermission", Identity=CLERKS, Trustee=APP_ID, **SEND_AS)
    assert exchange.run("Get-RecipientPermission", Identity="clerks") == [record]


def test_one_who_sends_as_already_and_one_who_does_not_warn(exchange: Exchange) -> None:
    exchange.new_principal()
    given = {"Identity": ORDERS, "Trustee": APP_ID, **SEND_AS}
    assert exchange.warning("Remove-RecipientPermission", **given).startswith(
        "Can't remove the access control entry on the object \"CN=orders,OU=contoso.onmicrosoft.com,"
    )
    exchange.run("Add-RecipientPermission", **given)
    text = exchange.warning("Add-RecipientPermission", **given)
    assert text.startswith(
        'The appropriate access control entry is already present on the object "CN=orders,'
    )
    assert '" for account "EURPR01A001\\$' in text
    text = exchange.warning("Remove-RecipientPermission", **given, Deny=True)
    assert text.endswith("because the ACE doesn't exist on the object.")


@pytest.mark.parametrize(
    ("cmdlet", "question"),
    [
        (
            "Add-RecipientPermission",
            "Adding recipient permission 'SendAs' for user or group 'adele@contoso.com' on recipient 'orders'.",
        ),
        (
            "Remove-RecipientPermission",
            "Removing recipient permission 'SendAs' for user or group 'adele@contoso.com' on recipient 'orders'.",
        ),
    ],
)
def test_recipient_permissions_ask_unless_told_not_to(
    exchange: Exchange, tenant: Tenant, cmdlet: str, question: str
) -> None:
    answer = exchange.post(cmdlet, Identity=ORDERS, Trustee=ADELE, AccessRights="SendAs").json()
    assert answer["@adminapi.confirmationmessage"] == question
    assert not sends(tenant, ADELE)


def test_send_as_of_a_removed_principal_stays_under_its_sid(exchange: Exchange, tenant: Tenant) -> None:
    sid = exchange.new_principal()["Sid"]
    exchange.run("Add-RecipientPermission", Identity=ORDERS, Trustee=APP_ID, **SEND_AS)
    exchange.run("Remove-ServicePrincipal", Identity=APP_ID, Confirm=False)
    exchange.new_principal()
    assert not sends(tenant)
    assert exchange.run("Get-RecipientPermission", Identity=ORDERS)[1]["Trustee"] == sid
    exchange.run("Remove-RecipientPermission", Identity=ORDERS, Trustee=sid, **SEND_AS)
    assert len(exchange.run("Get-RecipientPermission", Identity=ORDERS)) == 1
