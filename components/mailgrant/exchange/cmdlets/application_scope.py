"""*-ManagementScope and *-ManagementRoleAssignment, as RBAC for Applications needs them for SMTP.

https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

import re
from typing import Final

from mailgrant.exchange.cmdlets.call import CONFIRMED, Call, Record, text

CMDLETS: Final = (
    *("New-ManagementScope", "Get-ManagementScope", "Set-ManagementScope", "Remove-ManagementScope"),
    *("New-ManagementRoleAssignment", "Get-ManagementRoleAssignment", "Set-ManagementRoleAssignment"),
    *("Remove-ManagementRoleAssignment", "Get-DistributionGroup"),
)
MEMBERS: Final = re.compile(r"MemberOfGroup -eq '((?:[^']|'')+)'", re.IGNORECASE)
SEND: Final = "Application SMTP.SendAsApp"  # the only role of its kind for a mail protocol


def get_group(address: str) -> Call:
    """A distribution group or mail-enabled security group."""
    return Call("Get-DistributionGroup", {"Identity": address}, target=address)


def members_of(record: Record) -> str:
    """The filter that holds for the direct members of a group: Exchange looks no deeper."""
    name = text(record, "DistinguishedName").replace("'", "''")
    return f"MemberOfGroup -eq '{name}'"


def group_of(recipient_filter: str) -> str:
    """The distinguished name of the group, of a filter as ``members_of`` makes it; empty if it is another one."""
    found = MEMBERS.fullmatch(normal(recipient_filter))
    return found[1].replace("''", "'") if found else ""


def new_scope(name: str, recipient_filter: str) -> Call:
    """Make a scope: the recipients for which a filter holds."""
    parameters = {"Name": name, "RecipientRestrictionFilter": recipient_filter, **CONFIRMED}
    return Call("New-ManagementScope", parameters, target=name)


def get_scopes() -> Call:
    """List all of them: asked for one that is unknown, the cmdlet may answer with all."""
    return Call("Get-ManagementScope")


def set_scope(name: str, recipient_filter: str) -> Call:
    """Give a scope another filter."""
    parameters = {"Identity": name, "RecipientRestrictionFilter": recipient_filter, **CONFIRMED}
    return Call("Set-ManagementScope", parameters, target=name)


def remove_scope(name: str) -> Call:
    """Remove a scope; no role assignment may have it any more."""
    return Call("Remove-ManagementScope", {"Identity": name, **CONFIRMED}, target=name)


def filter_of(record: Record) -> str:
    """A scope's filter, as far as two of them can be compared."""
    return normal(text(record, "RecipientFilter"))


def normal(recipient_filter: str) -> str:
    """A filter without the outer parentheses and spaces that Exchange may add."""
    found = " ".join(recipient_filter.split())
    while found.startswith("(") and found.endswith(")") and _is_one_pair(found):
        found = found[1:-1].strip()
    return found


def new_assignment(name: str, app_id: str, scope: str) -> Call:
    """Let an application send over SMTP as the recipients of a scope."""
    parameters = {"Name": name, "Role": SEND, "App": app_id, "CustomResourceScope": scope, **CONFIRMED}
    return Call("New-ManagementRoleAssignment", parameters, target=name)


def get_assignments() -> Call:
    """Every application's role assignments; filtered here, because an unknown one may be answered with all."""
    return Call("Get-ManagementRoleAssignment", {"RoleAssigneeType": "ServicePrincipal"})


def set_assignment(name: str, scope: str) -> Call:
    """Switch an assignment on, for a scope."""
    parameters = {"Identity": name, "CustomResourceScope": scope, "Enabled": True, **CONFIRMED}
    return Call("Set-ManagementRoleAssignment", parameters, target=name)


def remove_assignment(name: str) -> Call:
    """Remove an assignment."""
    return Call("Remove-ManagementRoleAssignment", {"Identity": name, **CONFIRMED}, target=name)


def _is_one_pair(found: str) -> bool:
    """Whether the last parenthesis closes the first."""
    depth = 0
    for position, letter in enumerate(found):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return position == len(found) - 1
    return False
