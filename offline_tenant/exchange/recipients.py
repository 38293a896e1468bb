"""How an identity finds a recipient: a mailbox, or a group."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from offline_tenant.exchange import errors
from offline_tenant.exchange.names import name_in
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MAILBOXES: Final = "mailboxes"
GROUPS: Final = "distributionGroups"
KINDS: Final = (MAILBOXES, GROUPS)
DELETED: Final = "softDeletedMailboxes"  # those that can still be restored

# By kind, in this order: what can name only one comes first.
UNIQUE: Final[Mapping[str, tuple[str, ...]]] = {
    MAILBOXES: ("ExternalDirectoryObjectId", "UserPrincipalName", "Sid"),
    GROUPS: ("ExternalDirectoryObjectId", "Sid"),
    DELETED: ("ExternalDirectoryObjectId", "UserPrincipalName"),
}
AMBIGUOUS: Final = ("Name", "Alias", "DisplayName")


def find(tenant: Tenant, kinds: Iterable[str], identity: str) -> Document:
    """The recipient of some kinds that an -Identity means.

    Raises:
        CmdletError: there is none, or there are several.
    """
    found = matching(tenant, kinds, identity)
    if len(found) > 1:
        raise errors.ambiguous(identity)
    if not found:
        wants_mailbox = tuple(kinds) == (MAILBOXES,) and GUID.fullmatch(identity)
        raise errors.no_such_mailbox() if wants_mailbox else errors.not_found(identity)
    return found[0]


def matching(tenant: Tenant, kinds: Iterable[str], identity: str) -> list[Document]:
    """Every recipient of some kinds that an identity may mean; one alone if it is an address or an id."""
    for steps in zip(*(_matches(tenant, kind, identity) for kind in kinds), strict=True):
        if found := [one for step in steps for one in step]:
            return list({one["Guid"]: one for one in found}.values())
    return []


def by_sid(tenant: Tenant, sid: str) -> Document | None:
    """The recipient that has a Sid, or None."""
    return next((one for kind in KINDS for one in tenant.documents(kind).find("Sid", sid)), None)


def is_taken(tenant: Tenant, address: str) -> bool:
    """Whether a recipient has this SMTP address."""
    return any(tenant.documents(kind).find("EmailAddresses", f"smtp:{address}") for kind in KINDS)


def has_name(tenant: Tenant, name: str) -> bool:
    """Whether a recipient has this Name; all stand in one container, so names are unique."""
    return any(tenant.documents(kind).find("Name", name) for kind in KINDS)


def _matches(tenant: Tenant, kind: str, identity: str) -> Iterator[list[Document]]:
    """From the surest reading of an identity to the loosest; as many steps for every kind."""
    recipients = tenant.documents(kind)
    yield [known] if (known := recipients.get(identity)) else []
    yield recipients.find("EmailAddresses", identity if ":" in identity else f"smtp:{identity}")
    yield [recipient for field in UNIQUE[kind] for recipient in recipients.find(field, identity)]
    yield [recipient for field in AMBIGUOUS for recipient in recipients.find(field, identity)]
    yield recipients.find("Name", name) if (name := name_in(tenant, identity)) else []
