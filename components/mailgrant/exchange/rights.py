"""What a principal can be given on a mailbox: one row a right, with the cmdlets that give, take and show it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.exchange import cmdlets
from mailgrant.exchange.cmdlets import Call, Record, ServicePrincipalRecord

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
        add=cmdlets.add_full_access,
        remove=cmdlets.remove_full_access,
        read=cmdlets.get_mailbox_permissions,
        holds=cmdlets.grants_full_access,
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
