"""Get-Mailbox and Get-EXOMailbox.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-exomailbox
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from offline_tenant.exchange import errors
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, Rows, listed
from offline_tenant.exchange.mailboxes import find_mailbox
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

KIND: Final = "mailboxes"
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
EXO_IDENTITIES: Final = ("Identity", "ExternalDirectoryObjectId", "PrimarySmtpAddress", "UserPrincipalName")


def get(call: Invocation) -> Outcome:
    """Get-Mailbox: one, all, or all of some types."""
    return Outcome(_found(call, call.get("Identity")))


def get_exo(call: Invocation) -> Outcome:
    """Get-EXOMailbox: the same with fewer properties, unless more are asked for."""
    identity = next((call[name] for name in EXO_IDENTITIES if call.get(name)), None)
    rows = _found(call, identity)
    if "All" in call.get("PropertySets", ()):
        return Outcome(rows)
    chosen = (*MINIMUM, *call.get("Properties", ()))
    return Outcome(lambda offset, limit: [_narrowed(found, chosen) for found in rows(offset, limit)])


def _found(call: Invocation, identity: str | None) -> Rows:
    if not identity:
        return _all(call)
    try:
        mailbox = find_mailbox(call.tenant, identity)
    except errors.NotFoundError:
        if call.settings.get("unknown_identity") != "everything":
            raise
        return _all(call)
    fits = mailbox["RecipientTypeDetails"] in call.get(
        "RecipientTypeDetails", [mailbox["RecipientTypeDetails"]]
    )
    return listed([record(call.tenant, mailbox)] if fits else [])


def _all(call: Invocation) -> Rows:
    types = call.get("RecipientTypeDetails")
    mailboxes = call.tenant.documents(KIND)
    if types is None:
        return lambda offset, limit: _page(call.tenant, mailboxes.all(offset=offset, limit=limit))
    some = [mailbox for mailbox in mailboxes.all() if mailbox["RecipientTypeDetails"] in types]
    return lambda offset, limit: _page(call.tenant, some[offset : offset + limit])


def _page(tenant: Tenant, documents: Sequence[Document]) -> list[Record]:
    return [record(tenant, document) for document in documents]


def _narrowed(found: Record, names: Sequence[str]) -> Record:
    wanted = {name.casefold() for name in names}
    if unknown := wanted - {name.casefold() for name in found}:
        raise errors.unknown_property(min(unknown))
    return {name: value for name, value in found.items() if name.casefold() in wanted}


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
        "CustomAttribute1": "",
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
}
