"""What tests of RBAC for Applications share: names, Exchange's texts, short ways to a scope and an assignment."""

from typing import Any

import httpx

from offline_tenant.exchange import smtp_app_access
from offline_tenant.exchange.access import mailbox_of, principal_of
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Tenant
from tests.offline.exchange_helper import (
    APP_ID,
    ENTERPRISE_OBJECT_ID,
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


def seeded(tenant: Tenant, http: httpx.Client) -> Exchange:
    """The demo's organization, where Exchange knows one application."""
    seed(tenant)
    exchange = Exchange(http, token(tenant))
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
