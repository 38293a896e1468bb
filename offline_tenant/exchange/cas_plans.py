"""CAS mailbox plans: which protocols a new mailbox has, until Set-CASMailbox says otherwise.

Microsoft has one for each kind of licence. All mailboxes here are made from the default one.
https://learn.microsoft.com/powershell/module/exchangepowershell/set-casmailboxplan
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

KIND: Final = "casMailboxPlans"
DEFAULT: Final = "ExchangeOnlineEnterprise"
PLANS: Final = (DEFAULT, "ExchangeOnline", "ExchangeOnlineDeskless")
SETTINGS: Final[Mapping[str, Any]] = {
    "ActiveSyncEnabled": True,
    "ECPEnabled": True,
    "EwsEnabled": None,
    "ImapEnabled": True,
    "MAPIEnabled": True,
    "OWAEnabled": True,
    "PopEnabled": True,
}


def settings(tenant: Tenant, plan: str = DEFAULT) -> Document:
    """The switches of a plan by the names of Set-CASMailbox."""
    return {**SETTINGS, **(tenant.documents(KIND).get(plan) or {})}


def change(tenant: Tenant, plan: str, changes: Mapping[str, Any]) -> bool:
    """Change switches of a plan; False where all of them had these values already."""
    known = settings(tenant, plan)
    wanted = {**known, **changes}
    tenant.documents(KIND).put(plan, wanted)
    return wanted != known


def guid(tenant: Tenant, plan: str) -> UUID:
    """The plan's Guid, which also stands in its Name."""
    return uuid5(NAMESPACE_URL, f"casMailboxPlan:{tenant.id}:{plan}")


def name(tenant: Tenant, plan: str) -> str:
    """The plan's Name."""
    return f"{plan}-{guid(tenant, plan)}"


def matching(tenant: Tenant, identity: str) -> str | None:
    """The plan of this display name, name or Guid; None if there is none."""
    wanted = identity.casefold()
    return next(
        (
            plan
            for plan in PLANS
            if wanted in {plan.casefold(), name(tenant, plan).casefold(), str(guid(tenant, plan))}
        ),
        None,
    )
