"""The management roles of RBAC for Applications, and who holds which role from the beginning.

https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

from offline_tenant.exchange import customization, errors
from offline_tenant.exchange.roles import MANAGEMENT_ROLES, ROLE_GROUPS
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

SEND: Final = "Application SMTP.SendAsApp"
# Role → the permission that it stands for. The only one for a mail protocol is the one that is emulated.
APP_ROLES: Final[Mapping[str, str]] = {SEND: "SMTP.SendAsApp"}
NOT_EMULATED: Final = frozenset(
    f"Application {permission}".casefold()
    for permission in (
        *("Calendars.Read", "Calendars.ReadWrite", "Contacts.Read", "Contacts.ReadWrite"),
        *("EWS.AccessAsApp", "Exchange Full Access", "Mail Full Access", "Mail.Read", "Mail.ReadBasic"),
        *("Mail.ReadWrite", "Mail.Send", "MailboxFolder.Read", "MailboxFolder.ReadWrite"),
        *("MailboxItem.Export", "MailboxItem.ImportExport", "MailboxItem.Read", "MailboxSettings.Read"),
        "MailboxSettings.ReadWrite",
    )
)
BY_NAME: Final = {name.casefold(): name for name in (*APP_ROLES, *MANAGEMENT_ROLES)}
MANAGERS: Final = "Organization Management"
MADE: Final = "2020-01-01T00:00:00+00:00"


def role_named(identity: str) -> str:
    """A role by its name.

    Raises:
        CmdletError: there is none, or it is not emulated.
    """
    if identity.casefold() in NOT_EMULATED:
        raise errors.not_emulated(f"the management role {identity}")
    if (name := BY_NAME.get(identity.casefold())) is None:
        raise errors.not_found(identity)
    return name


def assignable(identity: str) -> str:
    """A role that can be given to an application here.

    Raises:
        CmdletError: there is none, or it is not emulated.
    """
    if (name := role_named(identity)) not in APP_ROLES:
        raise errors.not_emulated(f"assigning the management role {name}")
    return name


def from_the_beginning(tenant: Tenant) -> list[Document]:
    """The assignments of role groups, which nobody can change here.

    The delegating ones, which let their holders assign a role, arrive some time after the organization was hydrated.
    """
    regular = [(role, group, False) for group, roles in ROLE_GROUPS.items() for role in roles]
    delegable = APP_ROLES if customization.may_delegate(tenant) else ()
    return [_assignment(tenant, *row) for row in (*regular, *((role, MANAGERS, True) for role in delegable))]


def _assignment(tenant: Tenant, role: str, group: str, delegating: bool) -> Document:  # noqa: FBT001
    name = f"{role}-{group}{'-Delegating' if delegating else ''}"
    return {
        "Guid": str(uuid5(UUID(tenant.id), name)),
        "Name": name,
        "Role": role,
        "Group": group,
        "Delegating": delegating,
        "Enabled": True,
        "CustomResourceScope": None,
        "RecipientGroupScope": None,
        "WhenCreated": MADE,
        "WhenChanged": MADE,
    }
