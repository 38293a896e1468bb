"""Who works at Contoso, the company of the seeded tenant: one row a mailbox.

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
    """

    address: str
    name: str
    type: str = "UserMailbox"
    aliases: tuple[str, ...] = ()

    @property
    def alias(self) -> str:
        """The part before the @, Exchange's Alias and Name."""
        return self.address.partition("@")[0]


AT: Final = "@contoso.com"
COMPANY: Final = (
    Person("invoices@contoso.com", "Invoices", "SharedMailbox", ("rechnungen@contoso.com",)),
    Person("billing@contoso.com", "Billing", "SharedMailbox"),
    Person("support@contoso.com", "Support", "SharedMailbox"),
    Person("frontdesk@contoso.com", "Front Desk"),
    Person("adele@contoso.com", "Adele Vance"),
    Person("alex@contoso.com", "Alex Wilber"),
    Person("boardroom@contoso.com", "Board Room", "RoomMailbox"),
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


def moved(text: str, domains: Sequence[str]) -> str:
    """An address of Contoso, alone or in a text, as it reads in a tenant with these domains."""
    return text.replace(AT, f"@{domains[-1]}")
