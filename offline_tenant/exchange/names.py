"""How Exchange names its own things: forest, domain controllers, distinguished names, security ids."""

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
    escaped = name.replace("\\", "\\\\").replace(",", "\\,").replace("\n", "\\0A")
    return (
        f"CN={escaped},OU={organization(tenant)},OU=Microsoft Exchange Hosted Organizations,"
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
