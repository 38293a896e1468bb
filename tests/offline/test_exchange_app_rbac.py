"""RBAC for Applications: scopes, role assignments, what they reach; dehydrated organizations and write scopes."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import customization, routes, settings, smtp_app_access
from offline_tenant.exchange.access import mailbox_of, principal_of
from offline_tenant.exchange.groups import add_group
from offline_tenant.exchange.seed import seed
from offline_tenant.state import lag
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import (
    APP_ID,
    ENTERPRISE_OBJECT_ID,
    GLOBAL_READER,
    RECIPIENT_ADMINISTRATOR,
    Exchange,
    token,
)

SEND = "Application SMTP.SendAsApp"
BILLING, INVOICES = "billing@contoso.com", "invoices@contoso.com"
ONLY_BILLING = f"PrimarySmtpAddress -eq '{BILLING}'"
NOT_FOUND = (
    "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be "
    "performed because object '{}' couldn't be found on 'AM0PR01A001DC01.EURPR01A001.PROD.OUTLOOK.COM'."
)
UNMODIFIED = "The command completed successfully but no settings of '{}' have been modified."
DEHYDRATED = (
    "Microsoft.Exchange.Configuration.Tasks.InvalidOperationInDehydratedContextException|The command you tried to run "
    "isn't currently allowed in your organization. To run this command, you first need to run the command: "
    "Enable-OrganizationCustomization."
)
NOT_DELEGATED = (
    'You don\'t have access to create, change, or remove the "contoso.onmicrosoft.com\\{}" management role assignment. '
    "You must be assigned a delegating role assignment to the management role or its parent in the hierarchy without a "
    "scope restriction."
)
MIXED = (
    "Parameter set cannot be resolved using the specified named parameters. One or more parameters issued cannot be used "
    "together or an insufficient number of parameters were provided."
)


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed(tenant)
    exchange = Exchange(client_of(routes.ROUTES), token(tenant))
    exchange.new_principal()
    return exchange


def scope(exchange: Exchange, name: str = "Billing", text: str = ONLY_BILLING) -> dict[str, Any]:
    [record] = exchange.run("New-ManagementScope", Name=name, RecipientRestrictionFilter=text)
    return record


def assign(exchange: Exchange, **given: Any) -> dict[str, Any]:
    [record] = exchange.run("New-ManagementRoleAssignment", **{"Role": SEND, "App": APP_ID} | given)
    return record


def reaches(tenant: Tenant, address: str) -> bool | None:
    """What the SMTP server is told."""
    principal, mailbox = principal_of(tenant, ENTERPRISE_OBJECT_ID), mailbox_of(tenant, address)
    assert principal
    assert mailbox
    return smtp_app_access.in_scope(tenant, principal, mailbox)


def authorized(exchange: Exchange, address: str | None) -> list[tuple[str, str, str]]:
    given = {"Resource": address} if address else {}
    found = exchange.run("Test-ServicePrincipalAuthorization", Identity=APP_ID, **given)
    assert {(row["RoleName"], row["GrantedPermissions"]) for row in found} <= {(SEND, "SMTP.SendAsApp")}
    return [(row["AllowedResourceScope"], row["ScopeType"], row["InScope"]) for row in found]


# --- scopes


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


# --- role assignments


def test_an_assignment_shows_what_exchange_shows(exchange: Exchange) -> None:
    scope(exchange)
    made = assign(exchange, Name="Newsletter", CustomResourceScope="billing")
    expected = {
        "Name": "Newsletter",
        "Identity": "Newsletter",
        "Role": SEND,
        "RoleAssignee": ENTERPRISE_OBJECT_ID,
        "RoleAssigneeName": ENTERPRISE_OBJECT_ID,
        "RoleAssigneeType": "ServicePrincipal",
        "App": ENTERPRISE_OBJECT_ID,
        "RoleAssignmentDelegationType": "Regular",
        "Enabled": True,
        "CustomResourceScope": "Billing",
        "RecipientWriteScope": "CustomRecipientScope",
    }

    assert {name: made[name] for name in expected} == expected
    for identity in (
        made["Name"],
        made["Guid"],
        made["DistinguishedName"],
        "contoso.onmicrosoft.com\\NEWSLETTER",
    ):
        assert exchange.run("Get-ManagementRoleAssignment", Identity=identity) == [made]


def test_an_assignment_without_a_name_is_called_after_role_and_application(exchange: Exchange) -> None:
    names = [assign(exchange)["Name"] for _ in range(3)]

    assert names[0] == f"{SEND}-{ENTERPRISE_OBJECT_ID}"[:64]
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 64


@pytest.mark.parametrize("key", ["AppId", "ObjectId", "Guid", "Sid", "DisplayName", "Identity"])
def test_the_application_is_found_by_whatever_names_it(exchange: Exchange, key: str) -> None:
    [principal] = exchange.run("Get-ServicePrincipal")

    assert assign(exchange, App=principal[key])["RoleAssignee"] == ENTERPRISE_OBJECT_ID
    assert len(exchange.run("Get-ManagementRoleAssignment", RoleAssignee=principal[key])) == 1


def test_an_application_that_exchange_has_not_materialised_is_not_found(
    exchange: Exchange, tenant: Tenant
) -> None:
    delay = {"exchangeServicePrincipals": {"seconds": 60}}
    lag.configure(tenant.store.collection("", "settings"), delay)
    exchange.new_principal(AppId="fresh", ObjectId="fresh-object", DisplayName="Fresh")

    response = exchange.post("New-ManagementRoleAssignment", Role=SEND, App="fresh")
    assert response.status_code == 404
    assert response.json()["error"]["details"][0]["message"] == NOT_FOUND.format("fresh")
    assert len(exchange.run("Get-ServicePrincipal", Identity="fresh")) == 1
    tenant.clock.advance(timedelta(minutes=2))
    assert assign(exchange, App="fresh")["RoleAssignee"] == "fresh-object"


def test_it_is_missed_by_so_many_tries(exchange: Exchange, tenant: Tenant) -> None:
    lag.configure(tenant.store.collection("", "settings"), {"exchangeServicePrincipals": {"reads": 2}})
    exchange.new_principal(AppId="fresh", ObjectId="fresh-object", DisplayName="Fresh")
    answers = [exchange.post("New-ManagementRoleAssignment", Role=SEND, App="fresh") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 200]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"App": "nobody"}, "nobody"),
        ({"Role": "Application Tea.Make"}, "Application Tea.Make"),
        ({"CustomResourceScope": "nowhere"}, "nowhere"),
        ({"RecipientGroupScope": "nowhere"}, "nowhere"),
    ],
)
def test_what_an_assignment_names_must_be_there(
    exchange: Exchange, given: dict[str, Any], missing: str
) -> None:
    found = exchange.failure("New-ManagementRoleAssignment", **{"Role": SEND, "App": APP_ID} | given)

    assert found == NOT_FOUND.format(missing)


@pytest.mark.parametrize(
    ("cmdlet", "given"),
    [
        ("New-ManagementRoleAssignment", {"Role": SEND}),
        (
            "New-ManagementRoleAssignment",
            {"Role": SEND, "App": APP_ID, "CustomResourceScope": "Billing", "RecipientGroupScope": "x"},
        ),
        ("Get-ManagementRoleAssignment", {"Identity": "x", "Role": SEND}),
    ],
)
def test_parameters_that_do_not_go_together(exchange: Exchange, cmdlet: str, given: dict[str, Any]) -> None:
    scope(exchange)

    assert exchange.failure(cmdlet, **given).endswith(f"ParameterBindingException|{MIXED}")


@pytest.mark.parametrize(
    ("cmdlet", "given", "name"),
    [
        (
            "New-ManagementRoleAssignment",
            {"Role": SEND, "App": APP_ID, "RecipientAdministrativeUnitScope": "x"},
            "-RecipientAdministrativeUnitScope of New-ManagementRoleAssignment",
        ),
        (
            "New-ManagementRoleAssignment",
            {"Role": "Mail Recipients", "User": "adele"},
            "-User of New-ManagementRoleAssignment",
        ),
        (
            "New-ManagementRoleAssignment",
            {"Role": "application mail.send", "App": APP_ID},
            "the management role application mail.send",
        ),
        (
            "New-ManagementRoleAssignment",
            {"Role": "Mail Recipients", "App": APP_ID},
            "assigning the management role Mail Recipients",
        ),
        (
            "Remove-ManagementRoleAssignment",
            {"Identity": "Mail Recipients-Organization Management", "Confirm": False},
            "changing the role assignment Mail Recipients-Organization Management",
        ),
        (
            "New-ManagementScope",
            {"Name": "x", "RecipientRestrictionFilter": "y", "Exclusive": True},
            "-Exclusive",
        ),
    ],
)
def test_what_is_not_emulated_is_refused_by_name(
    exchange: Exchange, cmdlet: str, given: dict[str, Any], name: str
) -> None:
    response = exchange.post(cmdlet, **given)

    assert response.status_code == 501
    assert name in response.json()["error"]["details"][0]["message"]


@pytest.mark.parametrize(
    ("cmdlet", "given"),
    [
        ("Get-ManagementScope", {}),
        ("Set-ManagementScope", {}),
        ("Remove-ManagementScope", {"Confirm": False}),
        ("Get-ManagementRoleAssignment", {}),
        ("Set-ManagementRoleAssignment", {}),
        ("Remove-ManagementRoleAssignment", {}),
        ("Remove-ManagementRoleAssignment", {"Confirm": False}),
        ("Test-ServicePrincipalAuthorization", {}),
    ],
)
def test_what_is_not_there_is_not_found(exchange: Exchange, cmdlet: str, given: dict[str, Any]) -> None:
    assert exchange.failure(cmdlet, Identity="nothing", **given) == NOT_FOUND.format("nothing")


@pytest.mark.parametrize("cmdlet", ["Get-ManagementScope", "Get-ManagementRoleAssignment"])
def test_an_unknown_identity_can_stand_for_everything(
    exchange: Exchange, tenant: Tenant, cmdlet: str
) -> None:
    scope(exchange)
    assign(exchange)
    settings.change(tenant, {"unknown_identity": "everything"})

    assert exchange.run(cmdlet, Identity="nothing") == exchange.run(cmdlet)


@pytest.mark.parametrize(
    ("cmdlet", "given", "question"),
    [
        ("Remove-ManagementScope", {"Identity": "Billing"}, 'Removing the management scope "Billing".'),
        (
            "Remove-ManagementRoleAssignment",
            {"Identity": "Sender"},
            'Removing the management role assignment "Sender".',
        ),
    ],
)
def test_removing_asks(exchange: Exchange, cmdlet: str, given: dict[str, str], question: str) -> None:
    scope(exchange)
    assign(exchange, Name="Sender")
    body = exchange.post(cmdlet, **given).json()

    assert body["@adminapi.confirmationmessage"] == question
    assert len(exchange.run("Get-ManagementScope")) == 1
    assert len(exchange.run("Get-ManagementRoleAssignment", RoleAssigneeType="ServicePrincipal")) == 1


@pytest.mark.parametrize(
    ("cmdlet", "given", "name"),
    [
        (
            "Set-ManagementScope",
            {"Identity": "Billing", "RecipientRestrictionFilter": ONLY_BILLING},
            "Billing",
        ),
        ("Set-ManagementRoleAssignment", {"Identity": "Sender", "CustomResourceScope": "Billing"}, "Sender"),
        ("Set-ManagementRoleAssignment", {"Identity": "Sender", "Enabled": True}, "Sender"),
        (
            "Set-ServicePrincipal",
            {"Identity": APP_ID, "DisplayName": "Invoice poller"},
            ENTERPRISE_OBJECT_ID,
        ),
    ],
)
def test_a_change_that_changes_nothing_is_a_warning(
    exchange: Exchange, cmdlet: str, given: dict[str, Any], name: str
) -> None:
    scope(exchange)
    assign(exchange, Name="Sender", CustomResourceScope="Billing")

    assert exchange.warning(cmdlet, **given) == UNMODIFIED.format(name)


def test_who_holds_what_can_be_asked(exchange: Exchange) -> None:
    assign(exchange, Name="Sender")

    def names(**given: Any) -> set[str]:
        return {found["Name"] for found in exchange.run("Get-ManagementRoleAssignment", **given)}

    assert names(Role=SEND) == {"Sender", f"{SEND}-Organization Management-Delegating"}
    assert names(Role=SEND, Delegating=False) == {"Sender"}
    assert "Role Management-Organization Management" in names(Role="role management")
    assert not names(RoleAssignee="Recipient Management", Role="Role Management")
    assert names(RoleAssigneeType="ServicePrincipal") == {"Sender"}
    exchange.run("Set-ManagementRoleAssignment", Identity="Sender", Enabled=False)
    assert names(Enabled=False) == {"Sender"}


def test_an_override_is_kept_and_shown(exchange: Exchange) -> None:
    exchange.run("Set-ServicePrincipal", Identity=APP_ID, OverrideEnforceExoAppRbacPermissions=True)

    [principal] = exchange.run("Get-ServicePrincipal")
    assert principal["OverrideEnforceExoAppRbacPermissions"] is True
    assert principal["DisplayName"] == "Invoice poller"


# --- what an assignment reaches


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


# --- who may


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
