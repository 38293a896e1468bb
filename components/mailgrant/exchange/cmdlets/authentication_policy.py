"""*-AuthenticationPolicy, and who has one: users, and the organization for those who have none.

https://learn.microsoft.com/powershell/module/exchangepowershell/new-authenticationpolicy
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mailgrant.exchange.cmdlets.call import CONFIRMED, Call, Record, is_true, text

CMDLETS: Final = (
    *("New-AuthenticationPolicy", "Get-AuthenticationPolicy", "Set-AuthenticationPolicy"),
    *("Remove-AuthenticationPolicy", "Get-User", "Set-User"),
    *("Get-OrganizationConfig", "Set-OrganizationConfig"),
)
LONGEST_NAME: Final = 64
ORGANIZATION: Final = "organization"  # the place whose policy holds for everybody without one
SWITCH: Final = "AllowBasicAuth"  # how the switches begin that allow basic authentication for one protocol


def new_policy(name: str) -> Call:
    """Make a policy; without any switch it blocks basic authentication everywhere."""
    return Call("New-AuthenticationPolicy", {"Name": name, **CONFIRMED}, target=name)


def get_policies() -> Call:
    """List all of them: asked for one that is unknown, the cmdlet may answer with all."""
    return Call("Get-AuthenticationPolicy")


def block_basic(name: str, switches: Iterable[str]) -> Call:
    """Turn off what a policy still allows."""
    parameters = {"Identity": name, **dict.fromkeys(switches, False), **CONFIRMED}
    return Call("Set-AuthenticationPolicy", parameters, target=name)


def remove_policy(name: str) -> Call:
    """Remove a policy."""
    return Call("Remove-AuthenticationPolicy", {"Identity": name, **CONFIRMED}, target=name)


def policy_name(record: Record) -> str:
    """How a policy is called."""
    return text(record, "Name")


def allowed(record: Record) -> list[str]:
    """The switches by which a policy still allows basic authentication."""
    return [name for name, value in record.items() if name.startswith(SWITCH) and is_true(value)]


def get_assignment(place: str) -> Call:
    """Which policy a user has, or the organization."""
    if place == ORGANIZATION:
        return Call("Get-OrganizationConfig", target=place)
    return Call("Get-User", {"Identity": place}, target=place)


def set_assignment(place: str, wanted: Mapping[str, str]) -> Call:
    """Give a user or the organization a policy; an empty name takes it away."""
    value: dict[str, Any] = {"policy": wanted["policy"] or None}
    if place == ORGANIZATION:
        parameters = {"DefaultAuthenticationPolicy": value["policy"], **CONFIRMED}
        return Call("Set-OrganizationConfig", parameters, target=place)
    parameters = {"Identity": place, "AuthenticationPolicy": value["policy"], **CONFIRMED}
    return Call("Set-User", parameters, target=place)


def parse_assignment(record: Record) -> dict[str, str]:
    """The policy's name; Exchange may show it as a distinguished name."""
    shown = text(record, "AuthenticationPolicy") or text(record, "DefaultAuthenticationPolicy")
    name = re.match(r"CN=((?:\\.|[^,\\])+),", shown, re.IGNORECASE)
    return {"policy": re.sub(r"\\(.)", r"\1", name[1]) if name else shown}
