"""Who may run which cmdlet: the directory roles that Exchange accepts from an application.

https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2
"""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Final

from offline_tenant.exchange.syntax import ROWS

MANAGE_AS_APP: Final = "Exchange.ManageAsApp"
NO_ROLE: Final = (
    "The role assigned to application {} isn't supported in this scenario. Please check online documentation for "
    "assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication."
)

# Template id of the role → patterns of what it holds, then of what is taken out again.
HELD: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # Global Administrator
    "62e90394-69f5-4237-9190-012177145e10": (("*",), ()),
    # Exchange Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de": (("*",), ()),
    # Exchange Recipient Administrator: service principals need Exchange's "Role Management", which it has not.
    "31392ffb-586c-42d1-9346-e59415a2cc4e": (("*",), ("*-ServicePrincipal",)),
    # Global Reader
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": (("Get-*",), ()),
}


def held_cmdlets(roles: Collection[str]) -> list[str]:
    """The cmdlets that directory roles give together; none where Exchange accepts none of the roles.

    Args:
        roles: template ids, as in the ``wids`` of a token.
    """
    known = [HELD[role.casefold()] for role in roles if role.casefold() in HELD]
    return [row.name for row in ROWS if any(_holds(row.name, *patterns) for patterns in known)]


def _holds(name: str, given: tuple[str, ...], taken: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, one) for one in given) and not any(fnmatchcase(name, one) for one in taken)
