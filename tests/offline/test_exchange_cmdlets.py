"""What the cmdlets do, and every warning and error text of theirs, each by causing it."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes
from offline_tenant.exchange.access import has_full_access, mailbox_of, principal_of
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, Exchange, token

REGISTRATION_OBJECT_ID = "eeeeeeee-0000-4000-8000-000000000001"
BILLING = "billing@contoso.com"


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed(tenant)
    return Exchange(client_of(routes.ROUTES), token(tenant))


def grant(
    exchange: Exchange, user: str = APP_ID, mailbox: str = BILLING, rights: str = "FullAccess"
) -> dict[str, Any]:
    [record] = exchange.run("Add-MailboxPermission", Identity=mailbox, User=user, AccessRights=rights)
    return record


def opens(tenant: Tenant, object_id: str = ENTERPRISE_OBJECT_ID, address: str = BILLING) -> bool:
    principal, mailbox = principal_of(tenant, object_id), mailbox_of(tenant, address)
    return bool(principal and mailbox and has_full_access(tenant, mailbox, principal))


# --- service principals


def test_a_service_principal_shows_what_exchange_shows(exchange: Exchange) -> None:
    created = exchange.new_principal()
    assert (created["AppId"], created["ObjectId"]) == (APP_ID, ENTERPRISE_OBJECT_ID)
    assert created["DisplayName"] == "Invoice poller"
    assert created["Identity"] == created["Name"] == created["Id"] == ENTERPRISE_OBJECT_ID
    assert created["Sid"].startswith("S-1-5-21-")
    assert created["RecipientTypeDetails"] == "ServicePrinciple"
    assert exchange.run("Get-ServicePrincipal") == [created]


@pytest.mark.parametrize("key", ["AppId", "ObjectId", "Guid", "Sid", "DisplayName", "DistinguishedName"])
@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_a_service_principal_is_found_by_whatever_names_it(
    exchange: Exchange, key: str, change: Callable[[str], str]
) -> None:
    created = exchange.new_principal()
    exchange.new_principal(AppId="x", ObjectId="y", DisplayName="Another")
    assert exchange.run("Get-ServicePrincipal", Identity=change(created[key])) == [created]


def test_the_object_id_of_the_registration_makes_a_record_that_no_token_finds(
    exchange: Exchange, tenant: Tenant
) -> None:
    exchange.new_principal(ObjectId=REGISTRATION_OBJECT_ID)
    grant(exchange)
    assert principal_of(tenant, ENTERPRISE_OBJECT_ID) is None
    assert not opens(tenant)
    assert opens(tenant, REGISTRATION_OBJECT_ID)


def test_with_validation_the_object_id_of_the_registration_is_refused(
    exchange: Exchange, tenant: Tenant
) -> None:
    tenant.documents("settings").put("exchange", {"validate_object_id": True})
    tenant.documents("servicePrincipals").insert(
        ENTERPRISE_OBJECT_ID, {"id": ENTERPRISE_OBJECT_ID, "appId": APP_ID}
    )
    message = exchange.failure("New-ServicePrincipal", AppId=APP_ID, ObjectId=REGISTRATION_OBJECT_ID)
    assert message.endswith(
        f"There's no service principal with object ID '{REGISTRATION_OBJECT_ID}' registered in the tenant."
    )
    assert exchange.new_principal()


@pytest.mark.parametrize("same", ["AppId", "ObjectId"])
def test_a_second_service_principal_of_the_same_application_is_refused(exchange: Exchange, same: str) -> None:
    exchange.new_principal()
    given = {"AppId": "x", "ObjectId": "y"} | {
        same: {"AppId": APP_ID, "ObjectId": ENTERPRISE_OBJECT_ID}[same].upper()
    }
    message = exchange.failure("New-ServicePrincipal", **given)
    assert (
        "|Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException|Active Directory operation failed"
        in message
    )
    assert message.endswith("already exists.")
    assert len(exchange.run("Get-ServicePrincipal")) == 1


def test_only_the_display_name_of_a_service_principal_changes(exchange: Exchange) -> None:
    created = exchange.new_principal()
    assert exchange.run("Set-ServicePrincipal", Identity=APP_ID, DisplayName="New name") == []
    [changed] = exchange.run("Get-ServicePrincipal", Identity="New name")
    assert changed == created | {"DisplayName": "New name"}
    assert "parameter name 'AppId'" in exchange.failure("Set-ServicePrincipal", Identity=APP_ID, AppId="x")
    assert exchange.warning("Set-ServicePrincipal", Identity=APP_ID, DisplayName="New name") == (
        f"The command completed successfully but no settings of '{ENTERPRISE_OBJECT_ID}' have been modified."
    )


@pytest.mark.parametrize(
    "name",
    ["'; Remove-Mailbox *", "$(whoami)", 'a"b', "<b>&amp;", "zeile\r\nzwei", "日本 \U0001f4e7", "a,b=c"],
)
def test_hostile_display_names_are_only_text(exchange: Exchange, name: str) -> None:
    exchange.new_principal(DisplayName=name)
    assert exchange.run("Get-ServicePrincipal", Identity=name)[0]["DisplayName"] == name


def test_half_a_surrogate_pair_harms_nothing(exchange: Exchange) -> None:
    assert exchange.new_principal(DisplayName="x\ud83dy")["DisplayName"] == "x\ufffdy"


def test_a_value_longer_than_its_property_is_refused(exchange: Exchange) -> None:
    message = exchange.failure("New-ServicePrincipal", AppId="x", ObjectId="y", DisplayName="n" * 257)
    assert (
        "DataValidationException|The length of the property is too long. The maximum length is 256" in message
    )


def test_a_display_name_of_two_is_ambiguous(exchange: Exchange) -> None:
    exchange.new_principal()
    exchange.new_principal(AppId="x", ObjectId="y")
    for cmdlet in ("Get-ServicePrincipal", "Remove-ServicePrincipal"):
        message = exchange.failure(cmdlet, Identity="Invoice poller")
        assert message.endswith(
            "|The operation couldn't be performed because 'Invoice poller' matches multiple entries."
        )
        assert "ManagementObjectAmbiguousException" in message


# --- identities that are not there

UNKNOWN: dict[str, dict[str, Any]] = {
    "Get-ServicePrincipal": {},
    "Set-ServicePrincipal": {"DisplayName": "x"},
    "Remove-ServicePrincipal": {"Confirm": False},
    "Add-MailboxPermission": {"User": APP_ID, "AccessRights": "FullAccess"},
    "Get-MailboxPermission": {},
    "Remove-MailboxPermission": {"User": APP_ID, "AccessRights": "FullAccess", "Confirm": False},
    "Get-Mailbox": {},
    "Get-EXOMailbox": {},
}


@pytest.mark.parametrize("cmdlet", UNKNOWN)
def test_an_unknown_identity_is_an_error(exchange: Exchange, cmdlet: str) -> None:
    exchange.new_principal()
    message = exchange.failure(cmdlet, Identity="nobody@contoso.com", **UNKNOWN[cmdlet])
    assert message.startswith(
        "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be "
        "performed because object 'nobody@contoso.com' couldn't be found on '"
    )


@pytest.mark.parametrize("cmdlet", ["Add-MailboxPermission", "Get-MailboxPermission", "Get-Mailbox"])
def test_a_mailbox_that_is_named_by_a_guid_of_nothing(exchange: Exchange, cmdlet: str) -> None:
    assert exchange.failure(cmdlet, Identity=REGISTRATION_OBJECT_ID, **UNKNOWN[cmdlet]) == (
        "Ex41BAF5|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The specified mailbox doesn't "
        "exist."
    )


@pytest.mark.parametrize(
    ("cmdlet", "count"),
    [("Get-ServicePrincipal", 1), ("Get-Mailbox", 12), ("Get-MailboxPermission", 12 + 480 + 1)],
)
def test_with_the_setting_an_unknown_identity_returns_everything(
    exchange: Exchange, tenant: Tenant, cmdlet: str, count: int
) -> None:
    exchange.new_principal()
    grant(exchange)
    tenant.documents("settings").put("exchange", {"unknown_identity": "everything"})
    assert len(exchange.run(cmdlet, Identity="nobody@contoso.com")) == count
    assert "couldn't be found" in exchange.failure(
        "Remove-ServicePrincipal", Identity="nobody", Confirm=False
    )


def test_a_null_identity_returns_everything(exchange: Exchange) -> None:
    exchange.new_principal()
    assert len(exchange.run("Get-ServicePrincipal", Identity=None)) == 1
    assert len(exchange.run("Get-Mailbox", Identity=None)) == 12


# --- mailbox permissions


def test_a_grant_shows_what_exchange_shows(exchange: Exchange) -> None:
    principal = exchange.new_principal()
    record = grant(exchange)
    assert record == {
        "Identity": "billing",
        "User": ENTERPRISE_OBJECT_ID,
        "UserSid": principal["Sid"],
        "AccessRights@odata.type": "#Collection(String)",
        "AccessRights": ["FullAccess"],
        "IsInherited": False,
        "Deny": False,
        "InheritanceType": "All",
        "IsOwner": False,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }
    listed = exchange.run("Get-MailboxPermission", Identity=BILLING)
    assert [entry["User"] for entry in listed] == ["NT AUTHORITY\\SELF", ENTERPRISE_OBJECT_ID]
    assert listed[0]["AccessRights"] == ["FullAccess", "ReadPermission"]
    assert listed[1] == record
    assert exchange.run("Get-MailboxPermission", Identity=BILLING, User=APP_ID) == [record]


@pytest.mark.parametrize(
    "key", ["AppId", "ObjectId", "Guid", "Sid", "DisplayName", "Identity", "DistinguishedName"]
)
def test_a_service_principal_is_granted_by_whatever_names_it(
    exchange: Exchange, tenant: Tenant, key: str
) -> None:
    principal = exchange.new_principal()
    grant(exchange, user=principal[key])
    assert opens(tenant)
    assert not opens(tenant, address="invoices@contoso.com")


@pytest.mark.parametrize("user", ["adele@contoso.com", "Adele Vance", "adele"])
def test_a_person_is_granted_by_address_or_name(exchange: Exchange, tenant: Tenant, user: str) -> None:
    assert grant(exchange, user=user)["User"] == "adele@contoso.com"
    adele, billing = mailbox_of(tenant, "adele@contoso.com"), mailbox_of(tenant, BILLING)
    assert adele
    assert billing
    assert has_full_access(tenant, billing, adele)
    assert has_full_access(tenant, adele, adele)
    assert not has_full_access(tenant, adele, billing)


@pytest.mark.parametrize(
    "identity",
    [
        "invoices@contoso.com",
        "INVOICES@CONTOSO.COM",
        "rechnungen@contoso.com",
        "smtp:rechnungen@contoso.com",
        "invoices",
        "Invoices",
    ],
)
def test_a_mailbox_is_found_by_address_alias_or_name(exchange: Exchange, identity: str) -> None:
    [found] = exchange.run("Get-Mailbox", Identity=identity)
    assert found["PrimarySmtpAddress"] == "invoices@contoso.com"


@pytest.mark.parametrize(
    "key", ["Guid", "ExternalDirectoryObjectId", "UserPrincipalName", "DistinguishedName", "Alias"]
)
def test_a_mailbox_is_found_by_its_ids(exchange: Exchange, key: str) -> None:
    [wanted] = exchange.run("Get-Mailbox", Identity=BILLING)
    assert exchange.run("Get-Mailbox", Identity=wanted[key].upper()) == [wanted]


def test_a_name_of_two_mailboxes_is_ambiguous(exchange: Exchange, tenant: Tenant) -> None:
    add_mailbox(tenant, "adele.vance@contoso.com", "Adele Vance")
    message = exchange.failure("Get-Mailbox", Identity="Adele Vance")
    assert message.endswith("because 'Adele Vance' matches multiple entries.")
    exchange.new_principal()
    ambiguous_user = {"Identity": BILLING, "User": "Adele Vance", "AccessRights": "FullAccess"}
    assert "matches multiple entries" in exchange.failure("Add-MailboxPermission", **ambiguous_user)


def test_the_name_of_a_mailbox_and_of_a_principal_is_ambiguous_as_a_user(exchange: Exchange) -> None:
    exchange.new_principal(DisplayName="Adele Vance")
    ambiguous_user = {"Identity": BILLING, "User": "Adele Vance", "AccessRights": "FullAccess"}
    assert "matches multiple entries" in exchange.failure("Add-MailboxPermission", **ambiguous_user)


def test_a_user_whom_nobody_knows(exchange: Exchange) -> None:
    unknown = {"Identity": BILLING, "User": "nobody", "AccessRights": "FullAccess"}
    for cmdlet in ("Add-MailboxPermission", "Remove-MailboxPermission"):
        assert "object 'nobody' couldn't be found on" in exchange.failure(cmdlet, **unknown, Confirm=False)


def test_a_grant_that_is_there_already_warns(exchange: Exchange) -> None:
    exchange.new_principal()
    grant(exchange)
    text = exchange.warning("Add-MailboxPermission", Identity=BILLING, User=APP_ID, AccessRights="FullAccess")
    assert text.startswith(
        'The appropriate access control entry is already present on the object "CN=billing,OU=contoso.'
    )
    assert '" for account "EURPR01A001\\$' in text
    assert len(exchange.run("Get-MailboxPermission", Identity=BILLING)) == 2


def test_the_removal_of_what_is_not_there_warns(exchange: Exchange) -> None:
    exchange.new_principal()
    text = exchange.warning(
        "Remove-MailboxPermission", Identity=BILLING, User=APP_ID, AccessRights="FullAccess", Confirm=False
    )
    assert text.startswith(
        "Can't remove the access control entry on the object \"CN=billing,OU=contoso.onmicrosoft.com,"
    )
    assert '" for account "EURPR01A001\\$' in text
    assert text.endswith("because the ACE doesn't exist on the object.")


def test_rights_gather_in_one_entry_and_leave_it_one_by_one(exchange: Exchange, tenant: Tenant) -> None:
    exchange.new_principal()
    grant(exchange, rights="ReadPermission")
    assert not opens(tenant)
    assert grant(exchange, rights="FullAccess, ReadPermission")["AccessRights"] == [
        "FullAccess",
        "ReadPermission",
    ]
    assert opens(tenant)
    removal = {"Identity": BILLING, "User": APP_ID, "Confirm": False}
    assert exchange.run("Remove-MailboxPermission", **removal, AccessRights=["FullAccess"]) == []
    assert not opens(tenant)
    assert exchange.run("Get-MailboxPermission", Identity=BILLING, User=APP_ID)[0]["AccessRights"] == [
        "ReadPermission"
    ]
    assert exchange.run("Remove-MailboxPermission", **removal, AccessRights="ReadPermission") == []
    assert exchange.run("Get-MailboxPermission", Identity=BILLING, User=APP_ID) == []


def test_a_refusal_beats_a_grant_and_is_an_entry_of_its_own(exchange: Exchange, tenant: Tenant) -> None:
    exchange.new_principal()
    grant(exchange)
    refusal = {"Identity": BILLING, "User": APP_ID, "AccessRights": "FullAccess", "Deny": True}
    assert exchange.run("Add-MailboxPermission", **refusal)[0]["Deny"] is True
    assert not opens(tenant)
    assert len(exchange.run("Get-MailboxPermission", Identity=BILLING, User=APP_ID)) == 2
    exchange.run("Remove-MailboxPermission", **refusal, Confirm=False)
    assert opens(tenant)


def test_grants_of_a_removed_principal_stay_under_its_sid(exchange: Exchange, tenant: Tenant) -> None:
    sid = exchange.new_principal()["Sid"]
    grant(exchange)
    exchange.run("Remove-ServicePrincipal", Identity=APP_ID, Confirm=False)
    exchange.new_principal()
    assert not opens(tenant)
    assert len(exchange.run("Get-MailboxPermission", Identity=BILLING)) == 1
    unresolved = exchange.run("Get-MailboxPermission", Identity=BILLING, IncludeUnresolvedPermissions=True)
    assert [entry["User"] for entry in unresolved] == ["NT AUTHORITY\\SELF", sid]
    exchange.run(
        "Remove-MailboxPermission", Identity=BILLING, User=sid, AccessRights="FullAccess", Confirm=False
    )
    assert (
        len(exchange.run("Get-MailboxPermission", Identity=BILLING, IncludeUnresolvedPermissions=True)) == 1
    )


def test_a_mailbox_holds_500_entries(exchange: Exchange, tenant: Tenant) -> None:
    guid = exchange.run("Get-Mailbox", Identity=BILLING)[0]["Guid"]
    for number in range(499):
        exchange.new_principal(AppId=f"app-{number}", ObjectId=f"object-{number}")
        grant(exchange, user=f"app-{number}")
    exchange.new_principal()
    given = {"Identity": BILLING, "User": APP_ID, "AccessRights": "FullAccess"}
    message = exchange.failure("Add-MailboxPermission", **given)
    assert message.partition("|")[2].startswith(
        f"System.InvalidOperationException|The mailbox {guid} has reached the limit of maximum allowed access control "
        "entries of 500. Clean existing entries and rearrange them leveraging groups"
    )
    assert not opens(tenant)


# --- mailboxes


def test_mailboxes_can_be_asked_for_by_type(exchange: Exchange) -> None:
    shared = exchange.run("Get-Mailbox", RecipientTypeDetails="SharedMailbox")
    assert {mailbox["Name"] for mailbox in shared} == {
        *("invoices", "billing", "support", "newsletter", "legal")
    }
    rooms_too = exchange.run("Get-Mailbox", RecipientTypeDetails=["SharedMailbox", "RoomMailbox"])
    assert len(rooms_too) == 6


def names(record: dict[str, Any]) -> set[str]:
    return {name for name in record if "@" not in name}


def test_get_exo_mailbox_shows_the_minimum_set_unless_asked_for_more(exchange: Exchange) -> None:
    [minimum] = exchange.run("Get-EXOMailbox", PrimarySmtpAddress=BILLING)
    assert names(minimum) == {
        *("Alias", "DisplayName", "DistinguishedName", "EmailAddresses", "ExchangeVersion"),
        *("ExternalDirectoryObjectId", "Guid", "Id", "Name", "OrganizationId", "PrimarySmtpAddress"),
        *("RecipientType", "RecipientTypeDetails", "UserPrincipalName"),
    }
    [more] = exchange.run("Get-EXOMailbox", Identity=BILLING, Properties=["IsShared"])
    assert names(more) == names(minimum) | {"IsShared"}
    [all_] = exchange.run("Get-EXOMailbox", UserPrincipalName=BILLING, PropertySets="All")
    assert names(all_) > names(more)
    assert "property named 'nonsense'" in exchange.failure(
        "Get-EXOMailbox", Identity=BILLING, Properties=["nonsense"]
    )


def test_a_mailbox_is_linked_to_the_user_of_its_address(tenant: Tenant) -> None:
    tenant.documents("users").insert("user-1", {"id": "user-1", "userPrincipalName": "new@contoso.com"})
    assert add_mailbox(tenant, "new@contoso.com", "New")["ExternalDirectoryObjectId"] == "user-1"


def test_ten_thousand_mailboxes_are_ordinary(exchange: Exchange, tenant: Tenant) -> None:
    with tenant.store.transaction():
        for number in range(10_000):
            add_mailbox(tenant, f"user{number}@contoso.com", f"User {number}")
    exchange.new_principal()
    began = time.perf_counter()
    for number in range(9_000, 9_050):
        grant(exchange, mailbox=f"user{number}@contoso.com")
    # Generous: the bound only tells a look-up by index from a walk over everything.
    assert (time.perf_counter() - began) / 50 < 0.05
