"""Add-, Get- and Remove-MailboxPermission: the access control entries of mailboxes.

https://learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxpermission
"""

from collections.abc import Mapping, Sequence
from typing import Final

from offline_tenant.exchange import errors, trustees
from offline_tenant.exchange.access import entry_id
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, listed, one, warned
from offline_tenant.exchange.mailboxes import exo_identity, find_mailbox
from offline_tenant.exchange.names import account, distinguished_name
from offline_tenant.exchange.syntax.mailbox_permission import MAILBOX_RIGHTS
from offline_tenant.exchange.texts import ABSENT, PRESENT
from offline_tenant.exchange.trustees import Trustee
from offline_tenant.state.store import Collection, Document
from offline_tenant.state.tenant import Tenant

KIND: Final = "mailboxPermissions"


def add(call: Invocation) -> Outcome:
    """Add-MailboxPermission: grant (or with -Deny refuse) rights; one entry a trustee holds them all."""
    mailbox, trustee = _both(call)
    entries, id_ = _entries(call.tenant), _entry_id(call, mailbox, trustee)
    entry = entries.get(id_)
    held = entry["AccessRights"] if entry else []
    if set(call["AccessRights"]) <= set(held):
        return warned(PRESENT.format(*_object_and_account(call.tenant, mailbox, trustee)))
    if entry is None:
        _refuse_crowd(entries, mailbox)
    entry = (entry or {}) | {
        "mailbox": mailbox["Guid"],
        "trustee": trustee.sid,
        "AccessRights": _in_order({*held, *call["AccessRights"]}),
        "Deny": call.get("Deny", False),
        "InheritanceType": call.get("InheritanceType", "All"),
        "AutoMapping": call.get("AutoMapping", True),
    }
    entries.put(id_, entry)
    return one(_record(mailbox, entry, trustee))


def get(call: Invocation) -> Outcome:
    """Get-MailboxPermission: the entries of one mailbox, of one trustee if asked."""
    if not (identity := exo_identity(call)):
        raise errors.parameters_do_not_go_together()
    try:
        mailbox = find_mailbox(call.tenant, identity)
    except errors.NotFoundError:
        if call.settings.get("unknown_identity") != "everything":
            raise
        return Outcome(lambda offset, limit: _everything(call, offset, limit))
    wanted = trustees.find(call.tenant, call["User"]).sid if call.get("User") else None
    return Outcome(
        listed(list(_records(call, mailbox, _entries(call.tenant).find("mailbox", mailbox["Guid"]), wanted)))
    )


def remove(call: Invocation) -> Outcome:
    """Remove-MailboxPermission: take rights back; the entry goes with the last of them."""
    mailbox, trustee = _both(call)
    entries, id_ = _entries(call.tenant), _entry_id(call, mailbox, trustee)
    entry = entries.get(id_)
    held = set(entry["AccessRights"]) if entry else set()
    if entry is None or not held & set(call["AccessRights"]):
        return warned(ABSENT.format(*_object_and_account(call.tenant, mailbox, trustee)))
    if rest := held - set(call["AccessRights"]):
        entries.replace(id_, entry | {"AccessRights": _in_order(rest)})
    else:
        entries.delete(id_)
    return Outcome()


def addition_prompt(call: Invocation) -> str:
    """What Add-MailboxPermission asks with -Confirm."""
    return f"Adding mailbox permission {_described(call)}."


def removal_prompt(call: Invocation) -> str:
    """What Remove-MailboxPermission asks."""
    return f"Removing mailbox permission {_described(call)}."


def _described(call: Invocation) -> str:
    mailbox, trustee = _both(call)
    rights = ", ".join(call["AccessRights"])
    return f'"{mailbox["Name"]}" for user "{trustee.name}" with access rights "\'{rights}\'"'


def _both(call: Invocation) -> tuple[Document, Trustee]:
    return find_mailbox(call.tenant, call["Identity"]), trustees.find(call.tenant, call["User"])


def _entries(tenant: Tenant) -> Collection:
    return tenant.documents(KIND)


def _entry_id(call: Invocation, mailbox: Document, trustee: Trustee) -> str:
    return entry_id(mailbox, trustee.sid, deny=call.get("Deny", False))


def _object_and_account(tenant: Tenant, mailbox: Document, trustee: Trustee) -> tuple[str, str]:
    return distinguished_name(tenant, mailbox["Name"]), account(trustee.sid)


def _refuse_crowd(entries: Collection, mailbox: Document) -> None:
    if len(entries.find("mailbox", mailbox["Guid"])) >= errors.ACE_LIMIT:
        raise errors.too_many_entries(mailbox["Guid"])


def _in_order(rights: set[str]) -> list[str]:
    return [right for right in MAILBOX_RIGHTS if right in rights]


def _records(
    call: Invocation, mailbox: Document, entries: Sequence[Document], wanted: str | None = None
) -> Sequence[Record]:
    pairs = [
        (entry, trustees.of_sid(call.tenant, entry["trustee"]))
        for entry in entries
        if wanted in {None, entry["trustee"]}
    ]
    unresolved = call.get("IncludeUnresolvedPermissions", False)
    return [_record(mailbox, entry, trustee) for entry, trustee in pairs if trustee.resolved or unresolved]


def _everything(call: Invocation, offset: int, limit: int) -> list[Record]:
    mailboxes = call.tenant.documents("mailboxes")
    entries = _entries(call.tenant).all(offset=offset, limit=limit)
    # Not one entry is left out, resolved or not: the next page begins where this one ends.
    return [
        _record(
            mailboxes.get(entry["mailbox"]) or {"Name": ""},
            entry,
            trustees.of_sid(call.tenant, entry["trustee"]),
        )
        for entry in entries
    ]


def _record(mailbox: Document, entry: Document, trustee: Trustee) -> Record:
    return {
        "Identity": mailbox["Name"],
        "User": trustee.name,
        "UserSid": trustee.sid,
        "AccessRights": list(entry["AccessRights"]),
        "IsInherited": False,
        "Deny": entry["Deny"],
        "InheritanceType": entry["InheritanceType"],
        "IsOwner": False,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


BODIES: Final[Mapping[str, Body]] = {
    "Add-MailboxPermission": Body(add, addition_prompt),
    "Get-MailboxPermission": Body(get),
    "Get-EXOMailboxPermission": Body(get),
    "Remove-MailboxPermission": Body(remove, removal_prompt),
}
