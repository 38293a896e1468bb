"""How one tenant's Exchange behaves where Microsoft's behaves in several ways; the control plane changes it."""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

ID: Final = "exchange"

DEFAULTS: Final[Mapping[str, Any]] = {
    # "error"; or "everything": Get- cmdlets ignore an identity that they do not find, as the warning box of
    # their pages says.
    "unknown_identity": "error",
    # Whether New-ServicePrincipal looks the object id up in Entra; in 2022 it did not.
    "validate_object_id": False,
    # Whether the organization still shares its configuration with others, as new ones do.
    "dehydrated": False,
    # A recipient filter: no recipient outside it can be changed. None is the whole organization.
    "write_scope": None,
}


def of(tenant: Tenant) -> Document:
    """All settings of a tenant's Exchange."""
    return {**DEFAULTS, **(tenant.documents("settings").get(ID) or {})}


def change(tenant: Tenant, changes: Mapping[str, Any]) -> None:
    """Change some of them.

    Raises:
        KeyError: one that does not exist.
    """
    if unknown := set(changes) - set(DEFAULTS):
        raise KeyError(", ".join(sorted(unknown)))
    tenant.documents("settings").put(ID, {**of(tenant), **changes})
