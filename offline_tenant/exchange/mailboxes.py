"""Mailboxes: how they are made and removed, and how an identity finds one."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from offline_tenant.exchange import cas_plans, errors, groups, recipients
from offline_tenant.exchange.access import entry_id
from offline_tenant.exchange.invocation import Invocation, Outcome, changed
from offline_tenant.exchange.names import SELF_SID, distinguished_name, sid_of
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

# https://learn.microsoft.com/exchange/recipients-in-exchange-online/delete-or-restore-mailboxes
RECOVERABLE: Final = timedelta(days=30)
EXO_IDENTITIES: Final = ("Identity", "ExternalDirectoryObjectId", "PrimarySmtpAddress", "UserPrincipalName")
# Kind of entry → what the owner of a mailbox may do in it and as it from its birth.
BIRTHRIGHTS: Final[Mapping[str, Callable[[str], Document]]] = {
    "mailboxPermissions": lambda guid: {
        "mailbox": guid,
        "trustee": SELF_SID,
        "Deny": False,
        "InheritanceType": "All",
        "AccessRights": ["FullAccess", "ReadPermission"],
    },
    "recipientPermissions": lambda guid: {
        "recipient": guid,
        "trustee": SELF_SID,
        "Deny": False,
        "AccessRights": ["SendAs"],
    },
}


def add_mailbox(
    tenant: Tenant,
    address: str,
    display_name: str,
    type_: str = "UserMailbox",
    aliases: tuple[str, ...] = (),
    external_id: str | None = None,
) -> Document:
    """Make a mailbox with the permissions that each has from birth: its owner's.

    Args:
        tenant: where.
        address: the primary SMTP address, and the user principal name.
        display_name: what people see.
        type_: RecipientTypeDetails: UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox.
        aliases: further addresses.
        external_id: the Entra user's object id; looked up by the address unless given, made up where there is none.

    Raises:
        CmdletError: one of the addresses is taken.
    """
    for taken in (address, *aliases):
        if recipients.is_taken(tenant, taken):
            raise errors.already_exists(distinguished_name(tenant, taken))
    mailbox = _document(tenant, address, display_name, type_)
    mailbox["EmailAddresses"] = [f"SMTP:{address}", *(f"smtp:{alias}" for alias in aliases)]
    mailbox["ExternalDirectoryObjectId"] = external_id or _user_id(tenant, address) or tenant.ids.uuid()
    tenant.documents("mailboxes").insert(mailbox["Guid"], mailbox)
    for kind, own in BIRTHRIGHTS.items():
        tenant.documents(kind).insert(entry_id(mailbox, SELF_SID, deny=False), own(mailbox["Guid"]))
    return mailbox


def _document(tenant: Tenant, address: str, display_name: str, type_: str) -> Document:
    guid = tenant.ids.uuid()
    alias = address.partition("@")[0]
    return {
        "Guid": guid,
        "Sid": sid_of(guid),
        # A second mailbox of the same alias gets digits behind its name, as in Exchange.
        "Name": f"{alias}{guid[-10:]}" if recipients.has_name(tenant, alias) else alias,
        "Alias": alias,
        "DisplayName": display_name,
        "PrimarySmtpAddress": address,
        "UserPrincipalName": address,
        "RecipientTypeDetails": type_,
        "WhenCreated": tenant.clock.now().isoformat(),
        # What the plan switches off; Set-CASMailbox may switch it on again.
        **{name: value for name, value in cas_plans.settings(tenant).items() if value is False},
    }


def _user_id(tenant: Tenant, address: str) -> str | None:
    users = tenant.documents("users").find("userPrincipalName", address)
    return str(users[0]["id"]) if users else None


def remove_mailbox(tenant: Tenant, mailbox: Document) -> None:
    """Take a mailbox away with its permissions and memberships; what it was granted elsewhere stays under its Sid.

    What it was can be seen for 30 days: it is soft-deleted.
    """
    for kind, field in (("mailboxPermissions", "mailbox"), ("recipientPermissions", "recipient")):
        entries = tenant.documents(kind)
        for entry in entries.find(field, mailbox["Guid"]):
            entries.delete(entry_id(mailbox, entry["trustee"], deny=entry["Deny"]))
    for group in tenant.documents(recipients.GROUPS).find("Members", mailbox["Sid"]):
        groups.remove_member(tenant, group, mailbox["Sid"])
    tenant.documents(recipients.MAILBOXES).delete(mailbox["Guid"])
    deleted = mailbox | {"WhenSoftDeleted": tenant.clock.now().isoformat()}
    tenant.documents(recipients.DELETED).insert(mailbox["Guid"], deleted)


def forget_old(tenant: Tenant) -> None:
    """Forget what was deleted so long ago that nobody can restore it any more."""
    deleted = tenant.documents(recipients.DELETED)
    for one in deleted.all():
        if datetime.fromisoformat(one["WhenSoftDeleted"]) + RECOVERABLE <= tenant.clock.now():
            deleted.delete(one["Guid"])


def find_mailbox(tenant: Tenant, identity: str) -> Document:
    """The mailbox that an -Identity means.

    Raises:
        CmdletError: there is none, or there are several.
    """
    return recipients.find(tenant, (recipients.MAILBOXES,), identity)


def exo_identity(call: Invocation) -> str | None:
    """Whatever names the object in a call of Get-EXO*, which has a parameter for each kind of name."""
    return next((call[name] for name in EXO_IDENTITIES if call.get(name)), None)


def change_mailbox(call: Invocation, settings: Mapping[str, Any]) -> Outcome:
    """Give the mailbox of a call what its parameters say, or the warning that it has all of it already.

    Args:
        call: with -Identity.
        settings: the properties that the cmdlet changes, with the values of a mailbox that has none.
    """
    mailbox = find_mailbox(call.tenant, call["Identity"])
    wanted = {name: call[name] for name in settings if name in call.parameters}
    something = any(mailbox.get(name, settings[name]) != value for name, value in wanted.items())
    if something:
        call.tenant.documents(recipients.MAILBOXES).replace(mailbox["Guid"], mailbox | wanted)
    return changed(mailbox["Name"], something=something)
