"""The Exchange side of a new tenant: a mailbox for each of the company's people."""

from offline_tenant import company
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.state.tenant import Tenant

__all__ = ["add_mailbox", "seed"]


def seed(tenant: Tenant) -> None:
    """Make the mailboxes of the tenant's company; their Entra users are there already."""
    for person in company.of(tenant.registration()["domains"]):
        add_mailbox(tenant, person.address, person.name, person.type, person.aliases)
