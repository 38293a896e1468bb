"""Consent to delegated permissions that a tenant has recorded for a client.

learn.microsoft.com/graph/api/serviceprincipal-list-oauth2permissiongrants, …/resources/oauth2permissiongrant
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailgrant.directory.graph import Graph, reading


@dataclass(frozen=True)
class Grant:
    """What a client may do on behalf of everybody, or of one person.

    Args:
        id: Graph's.
        resource: the object id of the principal whose permissions these are.
        person: the object id of the person; empty for everybody.
        scopes: the permissions.
    """

    id: str
    resource: str
    person: str
    scopes: frozenset[str]


def grants_of(graph: Graph, principal: str) -> list[Grant]:
    """All that was consented to for a client.

    Args:
        graph: of the automation identity.
        principal: the object id of the client's principal.

    Raises:
        GraphError: there is no answer, or a refusal: it needs DelegatedPermissionGrant.ReadWrite.All or
            Directory.Read.All.
        SignInError: there is no token.
    """
    told = graph.many(f"servicePrincipals/{principal}/oauth2PermissionGrants")
    with reading("a consent"):
        return [_grant(one) for one in told]


def _grant(told: Mapping[str, Any]) -> Grant:
    scopes = frozenset((told["scope"] or "").split())
    return Grant(told["id"], told["resourceId"], told.get("principalId") or "", scopes)
