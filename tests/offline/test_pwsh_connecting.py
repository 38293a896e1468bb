"""Connect-ExchangeOnline in the pwsh stand-in: who is let in, and what is there then."""

import socket
from typing import Any

import pytest
from psrpcore.types import PSDateTime, PSInvocationState

from offline_tenant.state.tenant import Tenant
from offline_tenant.web.ledger import Ledger
from tests.offline.exchange_helper import GLOBAL_READER, token
from tests.offline.pwsh_exchange_helper import BILLING, records
from tests.offline.pwsh_helper import Client

pytest_plugins = ["tests.offline.pwsh_fixtures"]


def test_connecting_makes_the_cmdlets_that_were_asked_for(
    environment: dict[str, str], tenant: Tenant
) -> None:
    with Client(environment) as client:
        assert client.run("Get-Mailbox").state == PSInvocationState.Failed
        client.connect(
            token(tenant), CommandName=["Get-Mailbox", "*-ServicePrincipal"], SkipLoadingFormatData=True
        )
        assert len(records(client.run("Get-Mailbox"))) == 12
        assert records(client.run("Get-ServicePrincipal")) == []
        assert client.run("Get-MailboxPermission", Identity=BILLING).state == PSInvocationState.Failed


def test_a_cmdlet_that_the_role_lacks_is_not_there(environment: dict[str, str], tenant: Tenant) -> None:
    with Client(environment) as client:
        client.connect(token(tenant, wids=[GLOBAL_READER]))
        assert len(records(client.run("Get-Mailbox"))) == 12
        run = client.run("New-ServicePrincipal", AppId="x", ObjectId="y")
        assert run.reason
        assert run.reason.FullyQualifiedErrorId == "CommandNotFoundException"


def test_one_session_counts_as_one_connect(client: Client, ledger: Ledger) -> None:
    for _ in range(3):
        client.run("Get-ServicePrincipal")
    assert ledger.stats()["connects"] == 1
    assert ledger.stats()["exchange"] == {"Get-ServicePrincipal": 3}


def test_the_banner_is_shown_unless_switched_off(environment: dict[str, str], tenant: Tenant) -> None:
    with Client(environment) as client:
        assert client.connect(token(tenant), ShowBanner=True).information
        assert client.connect(token(tenant)).information == []


def test_disconnecting_takes_the_cmdlets_away(client: Client) -> None:
    [before] = records(client.run("Get-ConnectionInformation"))
    assert (before["State"], before["TokenStatus"], before["Organization"]) == (
        "Connected",
        "Active",
        "contoso.onmicrosoft.com",
    )
    assert isinstance(before["TokenExpiryTimeUTC"], PSDateTime)
    assert records(client.run("Disconnect-ExchangeOnline", Confirm=False)) == []
    assert records(client.run("Get-ConnectionInformation")) == []
    assert client.run("Get-Mailbox").state == PSInvocationState.Failed


def test_an_application_without_a_role_is_not_let_in(environment: dict[str, str], tenant: Tenant) -> None:
    with Client(environment) as client:
        given: dict[str, Any] = {
            "AccessToken": token(tenant, wids=[]),
            "Organization": "contoso.onmicrosoft.com",
        }
        run = client.run("Connect-ExchangeOnline", **given)
        assert str(run.reason).startswith("The role assigned to application cccccccc-")
        assert client.run("Get-Mailbox").state == PSInvocationState.Failed


@pytest.mark.parametrize("wrong", [{"AccessToken": "x.y.z"}, {"Organization": "fabrikam.com"}])
def test_a_wrong_token_or_organization_fails_the_connect(
    environment: dict[str, str], tenant: Tenant, wrong: dict[str, Any]
) -> None:
    with Client(environment) as client:
        given: dict[str, Any] = {"AccessToken": token(tenant), "Organization": "contoso.com"} | wrong
        run = client.run("Connect-ExchangeOnline", **given)
        assert run.state == PSInvocationState.Failed
        assert given["AccessToken"] not in str(run.reason)


@pytest.mark.parametrize(
    "other",
    [{"AppId": "x", "Certificate": "y"}, {"ManagedIdentity": True}, {"Credential": "x"}, {"Device": True}],
)
def test_other_ways_to_sign_in_are_refused_loudly(client: Client, other: dict[str, Any]) -> None:
    run = client.run("Connect-ExchangeOnline", Organization="contoso.com", **other)
    assert run.reason
    assert run.reason.FullyQualifiedErrorId == "OfflineTenantNotEmulated"


def test_a_tenant_that_is_not_there(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Client(environment | {"OFFLINE_TENANT_URL": f"https://localhost:{port}"}) as client:
        run = client.run("Connect-ExchangeOnline", AccessToken="x", Organization="contoso.com")
        assert str(run.reason).startswith("An error occurred while sending the request.")


def test_a_certificate_that_nobody_trusts(environment: dict[str, str]) -> None:
    del environment["SSL_CERT_FILE"]
    with Client(environment) as client:
        run = client.run("Connect-ExchangeOnline", AccessToken="x", Organization="contoso.com")
        assert "CERTIFICATE_VERIFY_FAILED" in str(run.reason)
