"""The tenant that a new installation begins with: a small company, and the identity that automation signs in as.

These names and ids stand in stack files, tests and documentation: they are the same in every installation.
"""

from typing import Final

from offline_tenant.entra import seed as entra
from offline_tenant.exchange import seed as exchange
from offline_tenant.mail import seed as mail
from offline_tenant.state.tenant import Installation, Tenant

TENANT_ID: Final = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001"
ORGANIZATION: Final = "contoso.onmicrosoft.com"
DOMAINS: Final = (ORGANIZATION, "contoso.com")

# Whom `mailgrant offline env` signs in. The secret is public: it opens nothing but this machine's own toy.
AUTOMATION_CLIENT_ID: Final = "0ff11ce0-a070-4a7e-8b1d-c0a750000002"
AUTOMATION_SECRET: Final = "offline.tenant~automation-secret.opens.nothing.real"  # noqa: S105

# Whom the jump host lets in over WSMan: an account of that machine, not of the tenant. Just as public.
JUMP_HOST_USER: Final = "mailgrant"
JUMP_HOST_PASSWORD: Final = "Contoso-Jump-Host-1"  # noqa: S105


def seed(installation: Installation) -> Tenant:
    """Fill an empty installation; all or nothing."""
    with installation.store.transaction():
        tenant = installation.add_tenant(TENANT_ID, list(DOMAINS))
        fill(tenant)
    return tenant


def fill(tenant: Tenant) -> None:
    """Give a new tenant its directory, its mailboxes and their mail; automation signs in as in every other."""
    with tenant.store.transaction():
        entra.seed(tenant, AUTOMATION_CLIENT_ID, AUTOMATION_SECRET)
        exchange.seed(tenant)
        mail.seed(tenant)
