"""Add-, Get- and Remove-RecipientPermission: who may send as a mailbox or a group.

https://learn.microsoft.com/powershell/module/exchangepowershell/add-recipientpermission
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.exchange import errors, recipients, trustees
from offline_tenant.exchange.access import entry_id
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, listed, one, warned
from offline_tenant.exchange.mailboxes import exo_identity
from offline_tenant.exchange.names import account, distinguished_name
from offline_tenant.exchange.texts import ABSENT, PRESENT
from offline_tenant.exchange.trustees import Trustee
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

KIND: Final = "recipientPermissions"
SEND_AS: Final = "SendAs"


def add(call: Invocation) -> Outcome:
    """Add-RecipientPermission: SendAs is the only right that there is."""
    recipient, trustee = _both(call)
    entries, id_ = call.tenant.documents(KIND), entry_id(recipient, trustee.sid, deny=False)
    if entries.get(id_):
        return warned(PRESENT.format(*_object_and_account(call.tenant, recipient, trustee)))
    entry = {"recipient": recipient["Guid"], "trustee": trustee.sid, "Deny": False, "AccessRights": [SEND_AS]}
    entries.insert(id_, entry)
    return one(_record(recipient, trustee))


def get(call: Invocation) -> Outcome:
    """Get-RecipientPermission: the entries of one recipient or of all, of one trustee if asked."""
    identity = exo_identity(call)
    sid = trustees.find(call.tenant, call["Trustee"]).sid if call.get("Trustee") else None
    try:
        recipient = recipients.find(call.tenant, recipients.KINDS, identity) if identity else None
    except errors.NotFoundError:
        if call.settings.get("unknown_identity") != "everything":
            raise
        recipient = None
    entries = call.tenant.documents(KIND)
    if recipient is None and sid is None:
        return Outcome(lambda offset, limit: _records(call.tenant, entries.all(offset=offset, limit=limit)))
    found = (
        entries.find("trustee", sid or "")
        if recipient is None
        else entries.find("recipient", recipient["Guid"])
    )
    return Outcome(
        listed(_records(call.tenant, [entry for entry in found if sid in {None, entry["trustee"]}]))
    )


def remove(call: Invocation) -> Outcome:
    """Remove-RecipientPermission. Refusals can be removed, but no cmdlet of Exchange Online makes one."""
    recipient, trustee = _both(call)
    id_ = entry_id(recipient, trustee.sid, deny=call.get("Deny", False))
    if not call.tenant.documents(KIND).delete(id_):
        return warned(ABSENT.format(*_object_and_account(call.tenant, recipient, trustee)))
    return Outcome()


def addition_prompt(call: Invocation) -> str:
    """What Add-RecipientPermission asks."""
    return f"Adding recipient permission {_described(call)}."


def removal_prompt(call: Invocation) -> str:
    """What Remove-RecipientPermission asks."""
    return f"Removing recipient permission {_described(call)}."


def _described(call: Invocation) -> str:
    recipient, trustee = _both(call)
    return f"'{SEND_AS}' for user or group '{trustee.name}' on recipient '{recipient['Name']}'"


def _both(call: Invocation) -> tuple[Document, Trustee]:
    recipient = recipients.find(call.tenant, recipients.KINDS, call["Identity"])
    return recipient, trustees.find(call.tenant, call["Trustee"])


def _object_and_account(tenant: Tenant, recipient: Document, trustee: Trustee) -> tuple[str, str]:
    return distinguished_name(tenant, recipient["Name"]), account(trustee.sid)


def _records(tenant: Tenant, entries: list[Document]) -> list[Record]:
    return [
        _record(_recipient(tenant, entry["recipient"]), trustees.of_sid(tenant, entry["trustee"]))
        for entry in entries
    ]


def _recipient(tenant: Tenant, guid: str) -> Document:
    return next(found for kind in recipients.KINDS if (found := tenant.documents(kind).get(guid)))


def _record(recipient: Document, trustee: Trustee) -> Record:
    return {
        "Identity": recipient["Name"],
        "Trustee": trustee.name,
        "TrusteeSidString": trustee.sid,
        "AccessControlType": "Allow",
        "AccessRights": [SEND_AS],
        "IsInherited": False,
        "InheritanceType": "None",
    }


BODIES: Final[Mapping[str, Body]] = {
    "Add-RecipientPermission": Body(add, addition_prompt),
    "Get-RecipientPermission": Body(get),
    "Get-EXORecipientPermission": Body(get),
    "Remove-RecipientPermission": Body(remove, removal_prompt),
}
