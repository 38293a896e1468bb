"""Get- and Set-CASMailbox: which protocols open a mailbox.

https://learn.microsoft.com/powershell/module/exchangepowershell/set-casmailbox
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from offline_tenant.exchange import cas_plans, listing
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record
from offline_tenant.exchange.mailboxes import change_mailbox, exo_identity, find_mailbox
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.exchange.recipients import MAILBOXES
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

# Of the mailbox document; what is absent there has these values.
SETTINGS: Final[Mapping[str, Any]] = {**cas_plans.SETTINGS, "SmtpClientAuthenticationDisabled": None}
MINIMUM: Final = (
    *("ActiveSyncEnabled", "DisplayName", "ECPEnabled", "EmailAddresses", "EwsEnabled", "ExchangeVersion"),
    *("Guid", "Identity", "ImapEnabled", "MAPIEnabled", "Name", "OWAEnabled", "OrganizationId"),
    *("PopEnabled", "PrimarySmtpAddress", "ServerLegacyDN"),
)


def get(call: Invocation) -> Outcome:
    """Get-CASMailbox: one, all, or those that a filter selects."""
    return Outcome(listing.rows(call, MAILBOXES, record))


def get_exo(call: Invocation) -> Outcome:
    """Get-EXOCasMailbox: the same with fewer properties; SmtpClientAuthenticationDisabled is in none of its sets."""
    return listing.exo(call, listing.rows(call, MAILBOXES, _exo_record, exo_identity(call)), MINIMUM)


def set_(call: Invocation) -> Outcome:
    """Set-CASMailbox: switch protocols; -SmtpClientAuthenticationDisabled $null follows the organization again."""
    return change_mailbox(call, SETTINGS)


def change_prompt(call: Invocation) -> str:
    """What Set-CASMailbox asks with -Confirm."""
    return f'Setting the client access settings of mailbox "{find_mailbox(call.tenant, call["Identity"])["Name"]}".'


def record(tenant: Tenant, mailbox: Document) -> Record:
    """A mailbox as Get-CASMailbox shows it."""
    return {
        "DisplayName": mailbox["DisplayName"],
        "PrimarySmtpAddress": mailbox["PrimarySmtpAddress"],
        "EmailAddresses": list(mailbox["EmailAddresses"]),
        **{name: mailbox.get(name, default) for name, default in SETTINGS.items()},
        "ImapUseProtocolDefaults": True,
        "ImapMessagesRetrievalMimeFormat": "BestBodyFormat",
        "ImapSuppressReadReceipt": False,
        "PopUseProtocolDefaults": True,
        "PopMessagesRetrievalMimeFormat": "BestBodyFormat",
        "PopSuppressReadReceipt": False,
        "ServerLegacyDN": "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration",
        "ExternalDirectoryObjectId": mailbox["ExternalDirectoryObjectId"],
        "Name": mailbox["Name"],
        "DistinguishedName": distinguished_name(tenant, mailbox["Name"]),
        "Identity": mailbox["Name"],
        "Id": mailbox["Name"],
        "Guid": UUID(mailbox["Guid"]),
        "ExchangeVersion": "0.20 (15.0.0.0)",
        "OrganizationId": organization(tenant),
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _exo_record(tenant: Tenant, mailbox: Document) -> Record:
    shown = record(tenant, mailbox)
    del shown["SmtpClientAuthenticationDisabled"]
    return shown


BODIES: Final[Mapping[str, Body]] = {
    "Get-CASMailbox": Body(get),
    "Get-EXOCasMailbox": Body(get_exo),
    "Set-CASMailbox": Body(set_, change_prompt),
}
