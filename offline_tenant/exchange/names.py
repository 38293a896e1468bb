"""How Exchange names its own things: forest, domain controllers, distinguished names, security ids."""

import re
from typing import Final
from uuid import UUID

from offline_tenant.state.tenant import Tenant

FOREST: Final = "EURPR01A001"
SERVER: Final = "AM0PR01MB0001"
DOMAIN_CONTROLLER: Final = f"AM0PR01A001DC01.{FOREST}.PROD.OUTLOOK.COM"

# Windows' well-known principal that stands for the owner of whatever carries the entry.
SELF_SID: Final = "S-1-5-10"
SELF: Final = "NT AUTHORITY\\SELF"


def organization(tenant: Tenant) -> str:
    """The tenant's initial domain, which Exchange uses as the name of the organization."""
    known = tenant.store.collection("", "tenants").get(tenant.id) or {"domains": [tenant.id]}
    return str(known["domains"][0])


def distinguished_name(tenant: Tenant, name: str) -> str:
    """Where an object of this name stands in Exchange's own directory."""
    escaped = "".join(f"\\{letter}" if letter in "\\," else letter for letter in name)
    return f"CN={escaped}{_container(tenant)}"


def name_in(tenant: Tenant, distinguished_name: str) -> str | None:
    """The name of the object that a distinguished name means; None if the text is none of this organization."""
    container = _container(tenant)
    text = distinguished_name.casefold()
    if not (text.startswith("cn=") and text.endswith(container.casefold())):
        return None
    return re.sub(r"\\(.)", r"\1", distinguished_name[3 : -len(container)], flags=re.DOTALL)


def configuration_name(tenant: Tenant, name: str, *containers: str) -> str:
    """Where an object of the organization's configuration stands.

    Args:
        tenant: whose.
        name: of the object.
        containers: around it, the innermost first.
    """
    escaped = "".join(f"\\{letter}" if letter in "\\," else letter for letter in name)
    around = "".join(f",CN={container}" for container in (*containers, "Configuration", organization(tenant)))
    return f"CN={escaped}{around},CN=ConfigurationUnits,DC={FOREST},DC=PROD,DC=OUTLOOK,DC=COM"


def _container(tenant: Tenant) -> str:
    return (
        f",OU={organization(tenant)},OU=Microsoft Exchange Hosted Organizations,"
        f"DC={FOREST},DC=PROD,DC=OUTLOOK,DC=COM"
    )


def sid_of(guid: str) -> str:
    """A security id that belongs to this GUID and to no other: S-1-5-21 and four 32-bit numbers."""
    number = UUID(guid).int
    return "S-1-5-21-" + "-".join(str(number >> shift & 0xFFFFFFFF) for shift in (96, 64, 32, 0))


def account(sid: str) -> str:
    r"""The pre-Windows 2000 name of a principal, ``<FOREST>\<sam>``, as warnings show it."""
    if sid == SELF_SID:
        return SELF
    tail = sid.rpartition("-")[2]
    return f"{FOREST}\\$O{int(tail):010X}" if tail.isdecimal() else sid
