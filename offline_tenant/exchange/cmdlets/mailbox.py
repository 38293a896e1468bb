"""Get-Mailbox, Get-EXOMailbox and Set-Mailbox.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-exomailbox
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from offline_tenant.exchange import listing
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record
from offline_tenant.exchange.mailboxes import change_mailbox, exo_identity, find_mailbox
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.exchange.recipients import MAILBOXES as KIND
from offline_tenant.exchange.syntax.mailbox import CUSTOM_ATTRIBUTES
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

MINIMUM: Final = (
    *(
        "Alias",
        "DisplayName",
        "DistinguishedName",
        "EmailAddresses",
        "ExchangeVersion",
        "ExternalDirectoryObjectId",
    ),
    *("Guid", "Id", "Name", "OrganizationId", "PrimarySmtpAddress", "RecipientType", "RecipientTypeDetails"),
    "UserPrincipalName",
)
# What Set-Mailbox changes, with what a mailbox has before.
SETTINGS: Final[Mapping[str, Any]] = {
    "DisplayName": None,
    "LitigationHoldEnabled": False,
    **dict.fromkeys(CUSTOM_ATTRIBUTES, ""),
}


def get(call: Invocation) -> Outcome:
    """Get-Mailbox: one, all, all of some types, or those that a filter selects."""
    return Outcome(listing.rows(call, KIND, record))


def get_exo(call: Invocation) -> Outcome:
    """Get-EXOMailbox: the same with fewer properties, unless more are asked for."""
    return listing.exo(call, listing.rows(call, KIND, record, exo_identity(call)), MINIMUM)


def set_(call: Invocation) -> Outcome:
    """Set-Mailbox: display name, custom attributes, litigation hold."""
    return change_mailbox(call, SETTINGS)


def change_prompt(call: Invocation) -> str:
    """What Set-Mailbox asks with -Confirm."""
    return f'Setting mailbox Identity:"{find_mailbox(call.tenant, call["Identity"])["Name"]}".'


def record(tenant: Tenant, document: Document) -> Record:
    """A mailbox as Get-Mailbox shows it."""
    created = datetime.fromisoformat(document["WhenCreated"])
    return {
        "Name": document["Name"],
        "Alias": document["Alias"],
        "DisplayName": document["DisplayName"],
        "PrimarySmtpAddress": document["PrimarySmtpAddress"],
        "EmailAddresses": list(document["EmailAddresses"]),
        "UserPrincipalName": document["UserPrincipalName"],
        "ExternalDirectoryObjectId": document["ExternalDirectoryObjectId"],
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": document["RecipientTypeDetails"],
        "Guid": UUID(document["Guid"]),
        "ExchangeGuid": UUID(document["Guid"]),
        "IsMailboxEnabled": True,
        "IsShared": document["RecipientTypeDetails"] == "SharedMailbox",
        "IsResource": document["RecipientTypeDetails"] in {"RoomMailbox", "EquipmentMailbox"},
        "HiddenFromAddressListsEnabled": False,
        "AccountDisabled": document["RecipientTypeDetails"] != "UserMailbox",
        "ForwardingSmtpAddress": None,
        "LitigationHoldEnabled": document.get("LitigationHoldEnabled", False),
        **{name: document.get(name) or "" for name in CUSTOM_ATTRIBUTES},
        "ProhibitSendReceiveQuota": "100 GB (107,374,182,400 bytes)",
        "ProhibitSendQuota": "99 GB (106,300,440,576 bytes)",
        "IssueWarningQuota": "98 GB (105,226,698,752 bytes)",
        "ExchangeVersion": "0.20 (15.0.0.0)",
        "DistinguishedName": distinguished_name(tenant, document["Name"]),
        "Identity": document["Name"],
        "Id": document["Name"],
        "OrganizationId": organization(tenant),
        "WhenChanged": created,
        "WhenCreated": created,
        "WhenMailboxCreated": created,
        "WhenChangedUTC": created,
        "WhenCreatedUTC": created,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


BODIES: Final[Mapping[str, Body]] = {
    "Get-Mailbox": Body(get),
    "Get-EXOMailbox": Body(get_exo),
    "Set-Mailbox": Body(set_, change_prompt),
}
