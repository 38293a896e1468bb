"""Mailboxes: how they are made, and how an identity finds one."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from offline_tenant.exchange import errors
from offline_tenant.exchange.access import entry_id
from offline_tenant.exchange.names import SELF_SID, distinguished_name, name_in, sid_of
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

# In this order: what can name only one mailbox comes first.
UNIQUE: Final = ("ExternalDirectoryObjectId", "UserPrincipalName", "Sid")
AMBIGUOUS: Final = ("Name", "Alias", "DisplayName")

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
        if tenant.documents("mailboxes").find("EmailAddresses", f"smtp:{taken}"):
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
    taken = tenant.documents("mailboxes").find("Name", alias)
    return {
        "Guid": guid,
        "Sid": sid_of(guid),
        # A second mailbox of the same alias gets digits behind its name, as in Exchange.
        "Name": f"{alias}{guid[-10:]}" if taken else alias,
        "Alias": alias,
        "DisplayName": display_name,
        "PrimarySmtpAddress": address,
        "UserPrincipalName": address,
        "RecipientTypeDetails": type_,
        "WhenCreated": tenant.clock.now().isoformat(),
    }


def _user_id(tenant: Tenant, address: str) -> str | None:
    users = tenant.documents("users").find("userPrincipalName", address)
    return str(users[0]["id"]) if users else None


def find_mailbox(tenant: Tenant, identity: str) -> Document:
    """The mailbox that an -Identity means.

    Raises:
        CmdletError: there is none, or there are several.
    """
    found = matching_mailboxes(tenant, identity)
    if len(found) > 1:
        raise errors.ambiguous(identity)
    if not found:
        raise errors.no_such_mailbox() if GUID.fullmatch(identity) else errors.not_found(identity)
    return found[0]


def matching_mailboxes(tenant: Tenant, identity: str) -> list[Document]:
    """Every mailbox that an identity may mean; one alone if it is an address or an id."""
    for found in _matches(tenant, identity):
        if found:
            return list({mailbox["Guid"]: mailbox for mailbox in found}.values())
    return []


def _matches(tenant: Tenant, identity: str) -> Iterator[list[Document]]:
    mailboxes = tenant.documents("mailboxes")
    yield [known] if (known := mailboxes.get(identity)) else []
    yield mailboxes.find("EmailAddresses", identity if ":" in identity else f"smtp:{identity}")
    for field in UNIQUE:
        yield mailboxes.find(field, identity)
    yield [mailbox for field in AMBIGUOUS for mailbox in mailboxes.find(field, identity)]
    yield mailboxes.find("Name", name) if (name := name_in(tenant, identity)) else []
