"""Cmdlets of the organization as a whole: transport and organization settings, authentication policies, users."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra.seed import seed as seed_entra
from offline_tenant.exchange import organization, routes, settings
from offline_tenant.exchange.seed import seed
from offline_tenant.exchange.syntax import organization_config, transport_config
from offline_tenant.seed import AUTOMATION_CLIENT_ID, AUTOMATION_SECRET
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.exchange_helper import Exchange, token

ADELE = "adele@contoso.com"
BLOCK = "Block basic authentication"
NOT_FOUND = (
    "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be "
    "performed because object '{}' couldn't be found on 'AM0PR01A001DC01.EURPR01A001.PROD.OUTLOOK.COM'."
)
UNMODIFIED = "The command completed successfully but no settings of '{}' have been modified."


@pytest.fixture
def exchange(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Exchange:
    seed_entra(tenant, AUTOMATION_CLIENT_ID, AUTOMATION_SECRET)
    seed(tenant)
    return Exchange(client_of(routes.ROUTES), token(tenant))


def transport(exchange: Exchange) -> dict[str, Any]:
    [record] = exchange.run("Get-TransportConfig")
    return record


def organization_of(exchange: Exchange) -> dict[str, Any]:
    [record] = exchange.run("Get-OrganizationConfig")
    return record


def policy(exchange: Exchange, name: str = BLOCK, **switches: bool) -> dict[str, Any]:
    [record] = exchange.run("New-AuthenticationPolicy", Name=name, **switches)
    return record


def user(exchange: Exchange) -> dict[str, Any]:
    [record] = exchange.run("Get-User", Identity=ADELE)
    return record


# --- TransportConfig and OrganizationConfig


@pytest.mark.parametrize(
    ("syntax", "noun"),
    [
        (transport_config, organization.TRANSPORT),
        (organization_config, organization.ORGANIZATION),
    ],
)
def test_what_can_be_set_is_there(syntax: Any, noun: str) -> None:
    assert {parameter.name for parameter in syntax.SETTABLE} <= set(organization.DEFAULTS[noun])


def test_transport_settings_begin_as_microsofts(exchange: Exchange) -> None:
    found = transport(exchange)

    assert found["SmtpClientAuthenticationDisabled"] is True
    assert found["Identity"] == found["Name"] == "Transport Settings"
    assert found["ReplyAllStormBlockDurationHours"] == 6
    assert found["Guid@data.type"] == "System.Guid"
    assert found["DistinguishedName"].startswith(
        "CN=Transport Settings,CN=Global Settings,CN=Configuration,CN="
    )


def test_only_what_is_named_changes(exchange: Exchange) -> None:
    before = transport(exchange)
    changes: dict[str, Any] = {
        "SmtpClientAuthenticationDisabled": False,
        "DSNConversionMode": "donotconvert",
        "ReplyAllStormBlockDurationHours": 12,
    }
    assert exchange.run("Set-TransportConfig", **changes) == []

    assert transport(exchange) == before | changes | {"DSNConversionMode": "DoNotConvert"}


@pytest.mark.parametrize(
    ("cmdlet", "given", "name"),
    [
        ("Set-TransportConfig", {"SmtpClientAuthenticationDisabled": True}, "Transport Settings"),
        ("Set-TransportConfig", {}, "Transport Settings"),
        ("Set-OrganizationConfig", {"OAuth2ClientProfileEnabled": True}, "contoso.onmicrosoft.com"),
        ("Set-OrganizationConfig", {"EwsEnabled": None}, "contoso.onmicrosoft.com"),
        ("Set-OrganizationConfig", {"DefaultAuthenticationPolicy": None}, "contoso.onmicrosoft.com"),
        ("Set-AuthenticationPolicy", {"Identity": BLOCK, "AllowBasicAuthImap": False}, BLOCK),
        ("Set-User", {"Identity": ADELE, "AuthenticationPolicy": None}, "adele"),
    ],
)
def test_a_change_that_changes_nothing_is_a_warning(
    exchange: Exchange, cmdlet: str, given: dict[str, Any], name: str
) -> None:
    policy(exchange)

    assert exchange.warning(cmdlet, **given) == UNMODIFIED.format(name)


@pytest.mark.parametrize(
    ("cmdlet", "given", "text"),
    [
        (
            "Set-TransportConfig",
            {"SmtpClientAuthenticationDisabled": None},
            (
                "Cannot process argument transformation on parameter 'SmtpClientAuthenticationDisabled'. Cannot convert "
                'value "" to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as '
                "$True, $False, 1 or 0."
            ),
        ),
        *(
            (
                cmdlet,
                {},
                f"Cannot process command because of one or more missing mandatory parameters: {missing}.",
            )
            for cmdlet, missing in (
                ("New-AuthenticationPolicy", "Name"),
                ("Set-AuthenticationPolicy", "Identity"),
                ("Remove-AuthenticationPolicy", "Identity"),
                ("Set-User", "Identity"),
                ("New-ManagementScope", "Name RecipientRestrictionFilter"),
                ("Set-ManagementScope", "Identity"),
                ("Remove-ManagementScope", "Identity"),
                ("New-ManagementRoleAssignment", "Role"),
                ("Set-ManagementRoleAssignment", "Identity"),
                ("Remove-ManagementRoleAssignment", "Identity"),
                ("Test-ServicePrincipalAuthorization", "Identity"),
            )
        ),
        (
            "Get-TransportConfig",
            {"Identity": "x"},
            "A parameter cannot be found that matches parameter name 'Identity'.",
        ),
        (
            "New-AuthenticationPolicy",
            {"Name": "x", "BlockModernAuthImap": True},
            "A parameter cannot be found that matches parameter name 'BlockModernAuthImap'.",
        ),
        (
            "Set-AuthenticationPolicy",
            {"Identity": "x", "Name": "y"},
            "A parameter cannot be found that matches parameter name 'Name'.",
        ),
        (
            "Set-User",
            {"Identity": ADELE, "STSRefreshTokensValidFrom": "soon"},
            (
                "Cannot process argument transformation on parameter 'STSRefreshTokensValidFrom'. Cannot convert value "
                '"soon" to type "System.DateTime". Error: "String \'soon\' was not recognized as a valid DateTime."'
            ),
        ),
    ],
)
def test_arguments_that_do_not_fit(exchange: Exchange, cmdlet: str, given: dict[str, Any], text: str) -> None:
    found = exchange.failure(cmdlet, **given)

    assert found.partition("|")[2] == f"System.Management.Automation.ParameterBindingException|{text}"


@pytest.mark.parametrize(
    ("cmdlet", "given", "name"),
    [
        (
            "Set-TransportConfig",
            {"MaxRecipientEnvelopeLimit": 5},
            "-MaxRecipientEnvelopeLimit of Set-TransportConfig",
        ),
        ("Set-OrganizationConfig", {"RejectDirectSend": True}, "-RejectDirectSend of Set-OrganizationConfig"),
        ("Set-User", {"Identity": ADELE, "City": "Graz"}, "-City of Set-User"),
        ("Get-User", {"Identity": "admin@contoso.onmicrosoft.com"}, "users without a mailbox"),
    ],
)
def test_what_is_not_emulated_is_refused_by_name(
    exchange: Exchange, cmdlet: str, given: dict[str, Any], name: str
) -> None:
    response = exchange.post(cmdlet, **given)

    assert response.status_code == 501
    assert name in response.text


def test_every_setting_of_the_organization_can_be_set_and_read(exchange: Exchange) -> None:
    changes: dict[str, Any] = {
        "AuditDisabled": True,
        "EnforceExoAppRbacPermissions": True,
        "EwsEnabled": False,
        "FocusedInboxOn": True,
        "MailTipsAllTipsEnabled": False,
        "OAuth2ClientProfileEnabled": False,
        "SendFromAliasEnabled": True,
    }
    before = organization_of(exchange)
    exchange.run("Set-OrganizationConfig", **changes)

    assert organization_of(exchange) == before | changes
    assert before["IsDehydrated"] is False
    assert before["EnforceExoAppRbacPermissions"] is False


@pytest.mark.parametrize("cmdlet", ["Set-TransportConfig", "Set-OrganizationConfig"])
def test_with_confirm_it_asks_and_changes_nothing(exchange: Exchange, cmdlet: str) -> None:
    before = transport(exchange), organization_of(exchange)
    body = exchange.post(cmdlet, Confirm=True).json()

    assert body["@adminapi.confirmationmessage"].startswith("Changing ")
    assert (transport(exchange), organization_of(exchange)) == before


# --- authentication policies


def test_a_new_policy_blocks_what_it_does_not_allow(exchange: Exchange) -> None:
    made = policy(exchange, AllowBasicAuthSmtp=True)
    switches = {name: value for name, value in made.items() if name.startswith("AllowBasicAuth")}

    assert len(switches) == 13
    assert [name for name, value in switches.items() if value] == ["AllowBasicAuthSmtp"]
    assert made["Identity"] == made["Name"] == BLOCK
    assert exchange.run("Get-AuthenticationPolicy") == [made]


@pytest.mark.parametrize("key", ["Name", "Guid", "DistinguishedName"])
@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_a_policy_is_found_by_whatever_names_it(
    exchange: Exchange, key: str, change: Callable[[str], str]
) -> None:
    made = policy(exchange, "Block, all\\of it")
    policy(exchange, "Another")

    assert exchange.run("Get-AuthenticationPolicy", Identity=change(made[key])) == [made]


def test_a_policy_changes_by_its_switches_and_goes(exchange: Exchange) -> None:
    policy(exchange)
    exchange.run("Set-AuthenticationPolicy", Identity=BLOCK, AllowBasicAuthPop=True)

    [changed] = exchange.run("Get-AuthenticationPolicy", Identity=BLOCK)
    assert changed["AllowBasicAuthPop"] is True
    asked = exchange.post("Remove-AuthenticationPolicy", Identity=BLOCK).json()
    assert asked["@adminapi.confirmationmessage"] == f'Removing the authentication policy "{BLOCK}".'
    exchange.run("Remove-AuthenticationPolicy", Identity=BLOCK, Confirm=False)
    assert exchange.run("Get-AuthenticationPolicy") == []


def test_the_name_of_a_policy_has_64_characters_at_most(exchange: Exchange) -> None:
    assert policy(exchange, "n" * 64)["Name"] == "n" * 64
    assert exchange.failure("New-AuthenticationPolicy", Name="n" * 65).endswith(
        "DataValidationException|The length of the property is too long. The maximum length is 64 and the length of the "
        "value provided is 65. Property Name: Name"
    )


def test_the_name_of_a_policy_is_there_once(exchange: Exchange) -> None:
    made = policy(exchange)

    assert exchange.failure("New-AuthenticationPolicy", Name=BLOCK.upper()).endswith(
        "ADObjectAlreadyExistsException|Active Directory operation failed on "
        "AM0PR01A001DC01.EURPR01A001.PROD.OUTLOOK.COM. The object "
        f"'{made['DistinguishedName'].replace(BLOCK, BLOCK.upper())}' already exists."
    )


@pytest.mark.parametrize(
    ("cmdlet", "given"),
    [
        ("Get-AuthenticationPolicy", {"Identity": "nothing"}),
        ("Set-AuthenticationPolicy", {"Identity": "nothing"}),
        ("Remove-AuthenticationPolicy", {"Identity": "nothing"}),
        ("Remove-AuthenticationPolicy", {"Identity": "nothing", "Confirm": False}),
        ("Get-User", {"Identity": "nothing"}),
        ("Set-User", {"Identity": "nothing"}),
        ("Set-User", {"Identity": ADELE, "AuthenticationPolicy": "nothing"}),
        ("Set-OrganizationConfig", {"DefaultAuthenticationPolicy": "nothing"}),
    ],
)
def test_what_is_not_there_is_not_found(exchange: Exchange, cmdlet: str, given: dict[str, Any]) -> None:
    assert exchange.failure(cmdlet, **given) == NOT_FOUND.format("nothing")


@pytest.mark.parametrize(
    ("cmdlet", "kind"), [("Get-AuthenticationPolicy", "authenticationPolicies"), ("Get-User", "mailboxes")]
)
def test_an_unknown_identity_can_stand_for_everything(
    exchange: Exchange, tenant: Tenant, cmdlet: str, kind: str
) -> None:
    policy(exchange)
    settings.change(tenant, {"unknown_identity": "everything"})

    assert len(exchange.run(cmdlet, Identity="nothing")) == tenant.documents(kind).count() > 0


# --- whom a policy is for


def test_a_user_gets_a_policy_and_loses_it(exchange: Exchange) -> None:
    made = policy(exchange)
    exchange.run("Set-User", Identity=ADELE, AuthenticationPolicy=made["Guid"])
    assert user(exchange)["AuthenticationPolicy"] == BLOCK

    exchange.run("Set-User", Identity=ADELE, AuthenticationPolicy=None)
    assert user(exchange)["AuthenticationPolicy"] is None


def test_sign_ins_count_from_a_moment_on(exchange: Exchange) -> None:
    exchange.run("Set-User", Identity=ADELE, STSRefreshTokensValidFrom="2026-11-22T12:00:00+02:00")
    found = user(exchange)

    assert found["STSRefreshTokensValidFrom"] == "2026-11-22T10:00:00.0000000+00:00"
    assert found["STSRefreshTokensValidFrom@data.type"] == "System.DateTime"


def test_the_default_policy_is_shown_by_name_and_ends_with_the_policy(exchange: Exchange) -> None:
    policy(exchange)
    exchange.run("Set-User", Identity=ADELE, AuthenticationPolicy=BLOCK)
    exchange.run("Set-OrganizationConfig", DefaultAuthenticationPolicy=BLOCK.lower())
    assert organization_of(exchange)["DefaultAuthenticationPolicy"] == BLOCK

    exchange.run("Remove-AuthenticationPolicy", Identity=BLOCK, Confirm=False)
    assert organization_of(exchange)["DefaultAuthenticationPolicy"] is None
    assert user(exchange)["AuthenticationPolicy"] is None
