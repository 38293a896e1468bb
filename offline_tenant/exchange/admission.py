"""Whether a bearer is let in to administer Exchange, and what they may then run.

An application needs Exchange.ManageAsApp in the token *and* a directory role that Exchange accepts. A role that
was just given stands in the next token, while Exchange takes up to 15 minutes more to know of it:
https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from offline_tenant.entra.verification import Claims
from offline_tenant.exchange import roles
from offline_tenant.state.lag import Replica
from offline_tenant.state.tenant import Tenant

# Lag of directory role assignments on their way from Entra to Exchange; has no documents of its own.
ARRIVALS: Final = "exchangeDirectoryRoles"


class NotAdmittedError(Exception):
    """The bearer may not connect.

    Args:
        status: 401 where the token does not do (yet), 403 where its roles never will.
        message: why.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Caller:
    """Who administers, and with what.

    Args:
        tenant: which organization.
        claims: of the token.
        cmdlets: names, in small letters.
    """

    tenant: Tenant
    claims: Claims
    cmdlets: frozenset[str]


def admit(tenant: Tenant, claims: Claims) -> Caller:
    """Let a bearer in.

    Raises:
        NotAdmittedError: the token or its roles do not do.
    """
    if roles.MANAGE_AS_APP not in claims.roles:
        raise NotAdmittedError(401, "The token does not have the role Exchange.ManageAsApp.")
    if not (named := roles.accepted(claims.wids)):
        raise NotAdmittedError(403, roles.NO_ROLE.format(claims.appid))
    if not (arrived := named.difference(_on_the_way(tenant, claims.oid))):
        raise NotAdmittedError(401, "The directory role of the application is not known to Exchange yet.")
    return Caller(tenant, claims, roles.held_cmdlets(arrived))


def _on_the_way(tenant: Tenant, object_id: str) -> Iterator[str]:
    """The template ids of directory roles that Entra has given and Exchange does not see yet."""
    if not tenant.documents("lagging").find("kind", ARRIVALS):
        return
    given = tenant.documents("directoryRoleAssignments").find("principalId", object_id)
    seen = {assignment["id"] for assignment in Replica(tenant).visible(ARRIVALS, given)}
    for assignment in given:
        if assignment["id"] not in seen:
            yield assignment["roleDefinitionId"].casefold()
