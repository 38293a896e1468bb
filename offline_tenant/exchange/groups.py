"""Distribution groups and mail-enabled security groups: how they are made, and who is in them.

Members are kept by their Sid: of a mailbox, or of another group. Service principals are no recipients, so they
are never members.
"""

from typing import Final

from offline_tenant.exchange import errors, recipients
from offline_tenant.exchange.names import distinguished_name, sid_of
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

KIND: Final = recipients.GROUPS
SECURITY: Final = "MailUniversalSecurityGroup"
DISTRIBUTION: Final = "MailUniversalDistributionGroup"


def add_group(
    tenant: Tenant,
    address: str,
    display_name: str,
    type_: str = DISTRIBUTION,
    members: tuple[str, ...] = (),
    name: str = "",
) -> Document:
    """Make a group.

    Args:
        tenant: where.
        address: the primary SMTP address.
        display_name: what people see.
        type_: RecipientTypeDetails: ``SECURITY`` can be given permissions, ``DISTRIBUTION`` cannot.
        members: the Sids of mailboxes and groups.
        name: unique among recipients; the part of the address before the @ unless given.

    Raises:
        CmdletError: the address or the name is taken.
    """
    alias = address.partition("@")[0]
    name = name or alias
    if recipients.is_taken(tenant, address) or recipients.has_name(tenant, name):
        raise errors.already_exists(distinguished_name(tenant, name))
    guid = tenant.ids.uuid()
    group = {
        "Guid": guid,
        "Sid": sid_of(guid),
        "Name": name,
        "Alias": alias,
        "DisplayName": display_name,
        "PrimarySmtpAddress": address,
        "EmailAddresses": [f"SMTP:{address}"],
        "ExternalDirectoryObjectId": tenant.ids.uuid(),
        "RecipientTypeDetails": type_,
        "Members": list(members),
        "WhenCreated": tenant.clock.now().isoformat(),
    }
    tenant.documents(KIND).insert(guid, group)
    return group


def security_groups_of(tenant: Tenant, sid: str) -> list[str]:
    """The Sids of the security groups that somebody is in, directly or through other security groups.

    A distribution group carries no permission, and none through it, as in Active Directory.
    """
    groups = tenant.documents(KIND)
    found: dict[str, None] = {}
    waiting = [sid]
    while waiting:
        inside = groups.find("Members", waiting.pop())
        new = [
            one["Sid"]
            for one in inside
            if one["RecipientTypeDetails"] == SECURITY and one["Sid"] not in found
        ]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def members(tenant: Tenant, group: Document) -> list[Document]:
    """The direct members of a group that are still there, mailboxes and groups, in the order of their adding."""
    return [found for sid in group["Members"] if (found := recipients.by_sid(tenant, sid))]


def add_member(tenant: Tenant, group: Document, sid: str) -> None:
    """Let a mailbox or a group be in a group."""
    _change_members(tenant, group, [*group["Members"], sid])


def remove_member(tenant: Tenant, group: Document, sid: str) -> None:
    """Let nobody of this Sid be in a group."""
    _change_members(tenant, group, [member for member in group["Members"] if member != sid])


def remove_group(tenant: Tenant, group: Document) -> None:
    """Take a group away; what it was granted stays behind, under a Sid that nobody has any more."""
    for outer in tenant.documents(KIND).find("Members", group["Sid"]):
        remove_member(tenant, outer, group["Sid"])
    tenant.documents(KIND).delete(group["Guid"])


def _change_members(tenant: Tenant, group: Document, sids: list[str]) -> None:
    tenant.documents(KIND).replace(group["Guid"], group | {"Members": sids})
