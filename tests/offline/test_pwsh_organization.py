"""The cmdlets of the organization and of RBAC for Applications, in the pwsh stand-in."""

from datetime import UTC, datetime
from typing import Any

from psrpcore.types import PSDateTime, PSInvocationState

from offline_tenant.exchange import customization
from offline_tenant.state.tenant import Tenant
from tests.offline.exchange_helper import (
    APP_ID,
    ENTERPRISE_OBJECT_ID,
    RECIPIENT_ADMINISTRATOR,
    token,
)
from tests.offline.pwsh_exchange_helper import records
from tests.offline.pwsh_helper import REAL_HOST, Client

pytest_plugins = ["tests.offline.pwsh_fixtures"]

SEND = "Application SMTP.SendAsApp"
BILLING = "billing@contoso.com"
YES, NO = 0, 2


def test_smtp_for_an_application_from_nothing_to_a_test(client: Client) -> None:
    given: dict[str, Any] = {"AppId": APP_ID, "ObjectId": ENTERPRISE_OBJECT_ID, "DisplayName": "Newsletter"}
    records(client.run("New-ServicePrincipal", **given))
    scope: dict[str, Any] = {"RecipientRestrictionFilter": f"PrimarySmtpAddress -eq '{BILLING}'"}
    records(client.run("New-ManagementScope", "Only billing", **scope))
    [made] = records(
        client.run("New-ManagementRoleAssignment", Role=SEND, App=APP_ID, CustomResourceScope="Only billing")
    )
    assert (made["RoleAssigneeType"], made["CustomResourceScope"]) == ("ServicePrincipal", "Only billing")

    def within(address: str) -> list[str]:
        tested = records(client.run("Test-ServicePrincipalAuthorization", "Newsletter", Resource=address))
        return [row["InScope"] for row in tested]

    assert (within(BILLING), within("invoices@contoso.com")) == (["True"], ["False"])
    records(client.run("Remove-ManagementRoleAssignment", made["Name"], Confirm=False))
    records(client.run("Remove-ManagementScope", "Only billing", Confirm=False))
    assert within(BILLING) == []


def test_a_policy_from_its_making_to_a_user(client: Client) -> None:
    [made] = records(client.run("New-AuthenticationPolicy", "Block basic", AllowBasicAuthSmtp=None))
    assert (made["AllowBasicAuthSmtp"], made["AllowBasicAuthImap"]) == (True, False)
    records(client.run("Set-AuthenticationPolicy", "Block basic", AllowBasicAuthSmtp=False))
    moment = PSDateTime(2026, 11, 22, 10, tzinfo=UTC)
    given: dict[str, Any] = {"AuthenticationPolicy": "Block basic", "STSRefreshTokensValidFrom": moment}
    records(client.run("Set-User", "adele@contoso.com", **given))

    [user] = records(client.run("Get-User", "adele@contoso.com"))
    assert user["AuthenticationPolicy"] == "Block basic"
    assert user["STSRefreshTokensValidFrom"] == datetime(2026, 11, 22, 10, tzinfo=UTC)
    records(client.run("Set-User", "adele@contoso.com", AuthenticationPolicy=None))
    [user] = records(client.run("Get-User", "adele@contoso.com"))
    assert user["AuthenticationPolicy"] is None


def test_removing_asks_the_host(client: Client) -> None:
    records(client.run("New-AuthenticationPolicy", "Block basic"))
    refused = client.run("Remove-AuthenticationPolicy", "Block basic", host=REAL_HOST, answer=NO)
    assert 'Removing the authentication policy "Block basic".' in refused.questions[0]
    assert len(records(client.run("Get-AuthenticationPolicy"))) == 1
    client.run("Remove-AuthenticationPolicy", "Block basic", host=REAL_HOST, answer=YES)
    assert records(client.run("Get-AuthenticationPolicy")) == []


def test_nothing_to_change_is_a_warning(client: Client) -> None:
    run = client.run("Set-TransportConfig", SmtpClientAuthenticationDisabled=True)

    assert records(run) == []
    assert run.warnings == [
        "The command completed successfully but no settings of 'Transport Settings' have been modified."
    ]


def test_a_dehydrated_organization_says_so_without_ending_the_session(client: Client, tenant: Tenant) -> None:
    customization.assume(tenant, dehydrated=True)
    run = client.run("New-ManagementScope", "x", RecipientRestrictionFilter="Alias -eq 'billing'")
    [error] = run.errors

    assert (
        "|Microsoft.Exchange.Configuration.Tasks.InvalidOperationInDehydratedContextException|The command"
        in str(error)
    )
    assert records(client.run("Enable-OrganizationCustomization")) == []
    [config] = records(client.run("Get-OrganizationConfig"))
    assert config["IsDehydrated"] is False


def test_role_management_is_not_imported_for_recipient_administrators(
    environment: dict[str, str], tenant: Tenant
) -> None:
    with Client(environment) as client:
        client.connect(token(tenant, wids=[RECIPIENT_ADMINISTRATOR]))
        assert records(client.run("Get-MailboxPermission", BILLING))
        run = client.run("New-ManagementScope", "x", RecipientRestrictionFilter="Alias -eq 'billing'")

        assert run.reason
        assert run.reason.FullyQualifiedErrorId == "CommandNotFoundException"
        assert "The term 'New-ManagementScope' is not recognized" in str(run.reason)


def test_a_parameter_that_exists_on_premises_only_is_unknown(client: Client) -> None:
    run = client.run("New-AuthenticationPolicy", "x", BlockModernAuthSmtp=True)

    assert run.state == PSInvocationState.Failed
    assert "A parameter cannot be found that matches parameter name 'BlockModernAuthSmtp'." in str(run.reason)
