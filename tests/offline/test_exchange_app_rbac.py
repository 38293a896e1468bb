"""RBAC for Applications: role assignments, and what is refused."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.exchange import routes, settings
from offline_tenant.state import lag
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.app_rbac_helper import (
    MIXED,
    NOT_FOUND,
    ONLY_BILLING,
    SEND,
    UNMODIFIED,
    assign,
    scope,
    seeded,
)
from tests.offline.exchange_helper import (
    APP_ID,
    ENTERPRISE_OBJECT_ID,
    Exchange,
)


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    return seeded(tenant, client_of(routes.ROUTES))


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
