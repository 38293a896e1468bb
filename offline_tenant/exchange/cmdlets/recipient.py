"""Get-Recipient: what an address is, whether it is a mailbox or not; mailboxes that can still be restored, if asked for.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-recipient
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from offline_tenant.exchange import errors, recipients
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, listed
from offline_tenant.exchange.mailboxes import forget_old
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant


def get(call: Invocation) -> Outcome:
    """Get-Recipient: one, or all of them; with the switch those too that were deleted lately."""
    kinds: tuple[str, ...] = recipients.KINDS
    if call.get("IncludeSoftDeletedRecipients"):
        forget_old(call.tenant)
        kinds = (*kinds, recipients.DELETED)
    if identity := call.get("Identity"):
        try:
            found = recipients.find(call.tenant, kinds, identity)
            return Outcome(listed([_record(call.tenant, found)]))
        except errors.NotFoundError:
            if call.settings["unknown_identity"] != "everything":
                raise
    return Outcome(lambda offset, limit: _page(call.tenant, kinds, offset, limit))


def _page(tenant: Tenant, kinds: tuple[str, ...], offset: int, limit: int) -> list[Record]:
    """So many recipients, kind after kind."""
    found: list[Record] = []
    for kind in kinds:
        documents = tenant.documents(kind)
        page = documents.all(offset=offset, limit=limit - len(found)) if len(found) < limit else []
        found += [_record(tenant, one) for one in page]
        offset = max(0, offset - documents.count())
    return found


def _record(tenant: Tenant, recipient: Document) -> Record:
    details, deleted = recipient["RecipientTypeDetails"], recipient.get("WhenSoftDeleted")
    created = datetime.fromisoformat(recipient["WhenCreated"])
    return {
        "Name": recipient["Name"],
        "Alias": recipient["Alias"],
        "DisplayName": recipient["DisplayName"],
        "PrimarySmtpAddress": recipient["PrimarySmtpAddress"],
        "EmailAddresses": list(recipient["EmailAddresses"]),
        "ExternalDirectoryObjectId": recipient["ExternalDirectoryObjectId"],
        "RecipientType": "UserMailbox" if details.endswith("Mailbox") else details,
        "RecipientTypeDetails": details,
        "HiddenFromAddressListsEnabled": False,
        "WhenSoftDeleted": datetime.fromisoformat(deleted) if deleted else None,
        "DistinguishedName": distinguished_name(tenant, recipient["Name"]),
        "Identity": recipient["Name"],
        "Id": recipient["Name"],
        "Guid": UUID(recipient["Guid"]),
        "OrganizationId": organization(tenant),
        "WhenChanged": created,
        "WhenCreated": created,
        "WhenChangedUTC": created,
        "WhenCreatedUTC": created,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


BODIES: Final[Mapping[str, Body]] = {"Get-Recipient": Body(get)}
