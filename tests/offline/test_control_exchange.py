"""The settings of a tenant's Exchange over the control plane, each by what it changes."""

from typing import Any

import pytest

from offline_tenant import seed
from offline_tenant.exchange import settings
from tests.offline.control_helper import Control
from tests.offline.exchange_helper import Exchange

pytest_plugins = ["tests.offline.control_fixtures"]

EXCHANGE = "https://outlook.office365.com"
NOWHERE = {"AppId": "a", "ObjectId": "0ff11ce0-0000-4000-8000-000000000099"}
SWITCH = {"Identity": "invoices@contoso.com", "ImapEnabled": False}
SCOPE = {"Name": "s", "RecipientRestrictionFilter": "Alias -eq 'billing'"}


@pytest.fixture
def exchange(control: Control) -> Exchange:
    return Exchange(control.http, control.sign_in(resource=EXCHANGE))


def test_it_begins_with_the_defaults(control: Control) -> None:
    assert control.ask("GET", "exchange") == settings.DEFAULTS


@pytest.mark.parametrize(
    ("setting", "call", "status"),
    [
        ({"unknown_identity": "error"}, ("Get-Mailbox", {"Identity": "nobody"}), 404),
        ({"unknown_identity": "everything"}, ("Get-Mailbox", {"Identity": "nobody"}), 200),
        ({"validate_object_id": False}, ("New-ServicePrincipal", NOWHERE), 200),
        ({"validate_object_id": True}, ("New-ServicePrincipal", NOWHERE), 400),
        ({"dehydrated": False}, ("New-ManagementScope", SCOPE), 200),
        ({"dehydrated": True}, ("New-ManagementScope", SCOPE), 400),
        ({"write_scope": None}, ("Set-CASMailbox", SWITCH), 200),
        ({"write_scope": "Alias -eq 'billing'"}, ("Set-CASMailbox", SWITCH), 400),
    ],
)
def test_a_setting_changes_what_a_cmdlet_does(
    control: Control,
    exchange: Exchange,
    setting: dict[str, Any],
    call: tuple[str, dict[str, Any]],
    status: int,
) -> None:
    assert control.ask("POST", "exchange", setting) == {**settings.DEFAULTS, **setting}
    assert exchange.post(call[0], **call[1]).status_code == status

    assert control.ask("POST", "exchange", dict.fromkeys(setting)) == settings.DEFAULTS


def test_a_principal_that_entra_knows_passes_the_validation(control: Control, exchange: Exchange) -> None:
    control.ask("POST", "exchange", {"validate_object_id": True})
    [tenant] = control.installation.tenants()
    [known] = tenant.documents("servicePrincipals").find("appId", seed.AUTOMATION_CLIENT_ID)

    assert exchange.new_principal(ObjectId=known["id"])["ObjectId"] == known["id"]
    assert "There's no service principal with object ID" in exchange.failure(
        "New-ServicePrincipal", **NOWHERE
    )


def test_an_organization_that_is_called_hydrated_has_been_so_for_long(
    control: Control, exchange: Exchange
) -> None:
    control.ask("POST", "exchange", {"dehydrated": True})
    exchange.run("Enable-OrganizationCustomization")
    assert control.ask("GET", "exchange")["dehydrated"] is False
    exchange.new_principal()
    given = {"Role": "Application SMTP.SendAsApp", "App": "Invoice poller"}
    assert "delegating role assignment" in exchange.failure("New-ManagementRoleAssignment", **given)

    control.ask("POST", "exchange", {"dehydrated": False})
    assert exchange.post("New-ManagementRoleAssignment", **given).status_code == 200


def test_all_of_it_goes_back_at_once(control: Control) -> None:
    changed = {"unknown_identity": "everything", "validate_object_id": True, "dehydrated": True}
    control.ask("POST", "exchange", changed)
    control.ask("DELETE", "exchange", expect=204)

    assert control.ask("GET", "exchange") == settings.DEFAULTS


def test_reset_and_snapshots_know_it_and_what_was_made(control: Control, exchange: Exchange) -> None:
    control.ask("POST", "exchange", {"unknown_identity": "everything"})
    exchange.run("New-ManagementScope", **SCOPE)
    exchange.run("New-AuthenticationPolicy", Name="Block")
    exchange.run("Set-TransportConfig", SmtpClientAuthenticationDisabled=False)
    control.ask("POST", "snapshots", {"name": "made"}, 201)

    def shown() -> list[Any]:
        objects = control.ask("GET", "objects")
        counts = [objects[kind] for kind in ("managementScopes", "authenticationPolicies")]
        again = Exchange(control.http, control.sign_in(resource=EXCHANGE))
        [transport] = again.run("Get-TransportConfig")
        identity = control.ask("GET", "exchange")["unknown_identity"]
        return [*counts, transport["SmtpClientAuthenticationDisabled"], identity]

    control.ask("POST", "reset", {}, 204)
    assert shown() == [0, 0, True, "error"]
    control.ask("POST", "restore", {"name": "made"}, 204)
    assert shown() == [1, 1, False, "everything"]


def test_the_settings_are_of_one_tenant(control: Control) -> None:
    control.ask("POST", "tenants", {"organization": "fabrikam.onmicrosoft.com"}, 201)
    control.ask("POST", "exchange?tenant=fabrikam.onmicrosoft.com", {"dehydrated": True})

    assert control.ask("GET", "exchange?tenant=fabrikam.onmicrosoft.com")["dehydrated"] is True
    assert control.ask("GET", "exchange")["dehydrated"] is False


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"unknown_identity": "maybe"}, "unknown_identity: "),
        ({"dehydrated": "yes"}, "dehydrated: "),
        ({"write_scope": "Colour -eq 'red'"}, "write_scope: expected a recipient filter: "),
        ({"write_scope": "(((("}, "Invalid filter syntax."),
        ({"Dehydrated": True}, "Dehydrated: unknown; known are dehydrated, "),
    ],
)
def test_what_is_no_setting_is_refused(control: Control, body: dict[str, Any], complaint: str) -> None:
    assert complaint in control.complaint("POST", "exchange", body)
    assert control.ask("GET", "exchange") == settings.DEFAULTS


def test_with_the_enterprise_application_its_role_assignments_go(
    control: Control, exchange: Exchange
) -> None:
    made = control.graph("POST", "applications", {"displayName": "Newsletter"}).json()
    principal = control.graph("POST", "servicePrincipals", {"appId": made["appId"]}).json()
    exchange.new_principal(AppId=made["appId"], ObjectId=principal["id"])
    exchange.run("New-ManagementRoleAssignment", Role="Application SMTP.SendAsApp", App=made["appId"])
    held = {"RoleAssigneeType": "ServicePrincipal"}
    assert len(exchange.run("Get-ManagementRoleAssignment", **held)) == 1

    assert control.graph("DELETE", f"applications/{made['id']}").status_code == 204
    assert exchange.run("Get-ManagementRoleAssignment", **held) == []
    assert len(exchange.run("Get-ServicePrincipal", Identity=made["appId"])) == 1
