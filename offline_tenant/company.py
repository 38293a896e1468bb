"""Who works at Contoso, the company of the seeded tenant: one row a mailbox, and its groups.

Further tenants of an installation have the same people, with addresses of their own domain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class Person:
    """One mailbox and, for users, the account behind it.

    Args:
        address: the primary SMTP address.
        name: the display name.
        type: Exchange's RecipientTypeDetails.
        aliases: further addresses of the same mailbox.
        licensed: False for somebody who has an account and no mailbox.
        smtp_disabled: SmtpClientAuthenticationDisabled; None follows the organization, where SMTP AUTH is off.
        on_hold: litigation hold.
        left_over: access control entries of people who left the company.
    """

    address: str
    name: str
    type: str = "UserMailbox"
    aliases: tuple[str, ...] = ()
    licensed: bool = True
    smtp_disabled: bool | None = None
    on_hold: bool = False
    left_over: int = 0

    @property
    def alias(self) -> str:
        """The part before the @, Exchange's Alias and Name."""
        return self.address.partition("@")[0]


AT: Final = "@contoso.com"
COMPANY: Final = (
    # An administrator opened SMTP for the programs that poll and send here.
    Person(
        "invoices@contoso.com", "Invoices", "SharedMailbox", ("rechnungen@contoso.com",), smtp_disabled=False
    ),
    Person("billing@contoso.com", "Billing", "SharedMailbox", smtp_disabled=False),
    Person("support@contoso.com", "Support", "SharedMailbox"),
    Person("frontdesk@contoso.com", "Front Desk"),
    Person("adele@contoso.com", "Adele Vance"),
    Person("alex@contoso.com", "Alex Wilber"),
    Person("boardroom@contoso.com", "Board Room", "RoomMailbox"),
    Person("newsletter@contoso.com", "Newsletter", "SharedMailbox"),
    Person("legal@contoso.com", "Legal Archive", "SharedMailbox", on_hold=True, left_over=480),
    Person("lynne@contoso.com", "Lynne Robbins", smtp_disabled=True),
    Person("patti@contoso.com", "Patti Fernandez"),
    Person("projector@contoso.com", "Projector", "EquipmentMailbox"),
    Person("isaiah@contoso.com", "Isaiah Langer", licensed=False),
)


@dataclass(frozen=True)
class Group:
    """One group.

    Args:
        address: the primary SMTP address.
        name: the display name.
        security: whether permissions can be given to it.
        members: the addresses of mailboxes.
    """

    address: str
    name: str
    security: bool
    members: tuple[str, ...]


GROUPS: Final = (
    Group(
        "newsletter-senders@contoso.com",
        "Newsletter Senders",
        security=False,
        members=("newsletter@contoso.com", "support@contoso.com"),
    ),
    Group(
        "finance@contoso.com",
        "Finance",
        security=True,
        members=("adele@contoso.com", "patti@contoso.com"),
    ),
)


def of(domains: Sequence[str]) -> tuple[Person, ...]:
    """The people of a tenant with these domains; the last one stands in their addresses."""
    return tuple(
        replace(
            person,
            address=moved(person.address, domains),
            aliases=tuple(moved(alias, domains) for alias in person.aliases),
        )
        for person in COMPANY
    )


def groups_of(domains: Sequence[str]) -> tuple[Group, ...]:
    """The groups of a tenant with these domains."""
    return tuple(
        replace(
            group,
            address=moved(group.address, domains),
            members=tuple(moved(member, domains) for member in group.members),
        )
        for group in GROUPS
    )


def moved(text: str, domains: Sequence[str]) -> str:
    """An address of Contoso, alone or in a text, as it reads in a tenant with these domains."""
    return text.replace(AT, f"@{domains[-1]}")
