"""RecipientPermission, CASMailbox, distribution groups and filters: each warning, error and property by causing it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes, run
from offline_tenant.exchange.access import has_full_access, has_send_as, mailbox_of, principal_of
from offline_tenant.exchange.invocation import Outcome
from offline_tenant.exchange.mailboxes import add_mailbox, remove_mailbox
from offline_tenant.exchange.seed import seed
from offline_tenant.state.clock import Clock
from offline_tenant.state.ids import Ids
from offline_tenant.state.store import Store
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import APP_ID, ENTERPRISE_OBJECT_ID, Exchange, token

ORDERS, CLERKS = "orders@contoso.com", "clerks@contoso.com"
SEND_AS = {"AccessRights": "SendAs", "Confirm": False}
NOT_FOUND = "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|"
UNCHANGED = "The command completed successfully but no settings of '{}' have been modified."
ADELE = "adele@contoso.com"


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed(tenant)
    add_mailbox(tenant, ORDERS, "Orders", "SharedMailbox")
    return Exchange(client_of(routes.ROUTES), token(tenant))


def sends(tenant: Tenant, who: str | None = None) -> bool:
    """Whether a person, or else the service principal, may send as orders@."""
    principal = mailbox_of(tenant, who) if who else principal_of(tenant, ENTERPRISE_OBJECT_ID)
    mailbox = mailbox_of(tenant, ORDERS)
    assert principal
    assert mailbox
    return has_send_as(tenant, mailbox, principal)


def names(records: Iterable[dict[str, Any]]) -> set[str]:
    return {record["Name"] for record in records}


# --- what an address is


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


# --- recipient permissions


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


def test_send_as_of_a_removed_principal_stays_under_its_sid(exchange: Exchange, tenant: Tenant) -> None:
    sid = exchange.new_principal()["Sid"]
    exchange.run("Add-RecipientPermission", Identity=ORDERS, Trustee=APP_ID, **SEND_AS)
    exchange.run("Remove-ServicePrincipal", Identity=APP_ID, Confirm=False)
    exchange.new_principal()
    assert not sends(tenant)
    assert exchange.run("Get-RecipientPermission", Identity=ORDERS)[1]["Trustee"] == sid
    exchange.run("Remove-RecipientPermission", Identity=ORDERS, Trustee=sid, **SEND_AS)
    assert len(exchange.run("Get-RecipientPermission", Identity=ORDERS)) == 1


# --- client access


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


# --- groups


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
