"""The mail that the seeded tenant begins with."""

from offline_tenant.state.tenant import Tenant


def seed(tenant: Tenant) -> None:
    """Put mail into mailboxes that exchange.seed made."""
