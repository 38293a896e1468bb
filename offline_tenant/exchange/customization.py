"""Dehydrated organizations: what they cannot do, and how Enable-OrganizationCustomization hydrates them.

New organizations share their configuration with others to save space. Hydrated, they are told for the better part
of an hour that they may not assign roles, although they may (seen in new tenants; Microsoft does not say so).
https://learn.microsoft.com/powershell/module/exchangepowershell/enable-organizationcustomization
"""

from datetime import datetime, timedelta
from typing import Final

from offline_tenant.exchange import settings
from offline_tenant.state.tenant import Tenant

KIND: Final = "exchangeOrganization"
ID: Final = "Customization"
ROLES_ARRIVE_AFTER: Final = timedelta(minutes=50)  # 40 to 60 were seen


def is_dehydrated(tenant: Tenant) -> bool:
    """Whether the organization has no configuration of its own yet."""
    return bool(settings.of(tenant)["dehydrated"])


def may_delegate(tenant: Tenant) -> bool:
    """Whether the delegating role assignments of Organization Management have arrived."""
    if is_dehydrated(tenant):
        return False
    enabled = tenant.documents(KIND).get(ID)
    return enabled is None or (
        tenant.clock.now() >= datetime.fromisoformat(enabled["at"]) + ROLES_ARRIVE_AFTER
    )


def enable(tenant: Tenant) -> None:
    """Hydrate the organization now."""
    settings.change(tenant, {"dehydrated": False})
    tenant.documents(KIND).put(ID, {"at": tenant.clock.now().isoformat()})


def assume(tenant: Tenant, *, dehydrated: bool) -> None:
    """Let the organization be dehydrated, or have been hydrated long ago."""
    settings.change(tenant, {"dehydrated": dehydrated})
    tenant.documents(KIND).delete(ID)
