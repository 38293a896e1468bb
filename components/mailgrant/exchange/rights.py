"""What a principal can be given on a mailbox: one row a right, with the cmdlets that give, take and show it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from mailgrant.exchange.cmdlets import permissions
from mailgrant.exchange.cmdlets.call import Call, Record
from mailgrant.exchange.cmdlets.service_principal import ServicePrincipalRecord

Access = Mapping[str, str]  # rights by mailbox, such as {"a@contoso.com": "full-access"}
Grant = tuple[str, str]  # a mailbox and one right


@dataclass(frozen=True)
class Right:
    """One right.

    Args:
        add: the call that gives it, from mailbox and principal.
        remove: the call that takes it.
        read: the call that lists who has it, from the mailbox.
        holds: whether one record of that list gives it to this principal.
    """

    add: Callable[[str, str], Call]
    remove: Callable[[str, str], Call]
    read: Callable[[str], Call]
    holds: Callable[[Record, ServicePrincipalRecord], bool]


RIGHTS: Final[Mapping[str, Right]] = {
    "full-access": Right(
        add=permissions.add_full_access,
        remove=permissions.remove_full_access,
        read=permissions.get_mailbox_permissions,
        holds=permissions.grants_full_access,
    ),
    # Exchange does not tell whether a grant is mapped: what was made so is believed to be so.
    "full-access+automapping": Right(
        add=partial(permissions.add_full_access, automapping=True),
        remove=permissions.remove_full_access,
        read=permissions.get_mailbox_permissions,
        holds=permissions.grants_full_access,
    ),
    "send-as": Right(
        add=permissions.add_send_as,
        remove=permissions.remove_send_as,
        read=permissions.get_recipient_permissions,
        holds=permissions.grants_send_as,
    ),
}


def grants(access: Access) -> list[Grant]:
    """A map of rights as single grants, in its order."""
    return [(mailbox, right.strip()) for mailbox, rights in access.items() for right in rights.split(",")]


def access(of: Iterable[Grant]) -> dict[str, str]:
    """Single grants as a map of rights, the mailboxes in order, the rights in the order of the table."""
    held = set(of)
    mailboxes = sorted({mailbox for mailbox, _ in held})
    return {
        mailbox: ", ".join(right for right in RIGHTS if (mailbox, right) in held) for mailbox in mailboxes
    }
