"""Access tokens: version 1.0 tokens, which is what Exchange Online and Microsoft Graph are issued.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from datetime import timedelta
from string import ascii_letters, digits
from typing import Any, Final

import jwt

from offline_tenant.entra.directory import consent
from offline_tenant.entra.keys import signing_key
from offline_tenant.entra.signin.clients import Client
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.entra.signin.resources import Resource
from offline_tenant.entra.verification import issuer
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

LIFETIME: Final = timedelta(seconds=3599)
BACKDATED: Final = timedelta(minutes=5)  # Entra dates tokens back for clocks that are slow
MEMBER: Final = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"  # in the wids of every app-only token
UTI: Final = 22  # characters


def app_only(request: TokenRequest, client: Client, resource: Resource) -> str:
    """A signed token with which an application acts as itself."""
    tenant, principal = request.tenant, client.principal
    claims = _times(tenant) | {
        "aud": resource.audience,
        "iss": issuer(tenant.id),
        "app_displayname": principal["appDisplayName"],
        "appid": principal["appId"],
        "appidacr": client.appidacr,
        "idp": issuer(tenant.id),
        "idtyp": "app",
        "oid": principal["id"],
        "roles": _roles(request, principal, resource.principal),
        "sub": principal["id"],
        "tid": tenant.id,
        "uti": tenant.ids.text(UTI, ascii_letters + digits + "-_"),
        "ver": "1.0",
        "wids": [*_directory_roles(request, principal), MEMBER],
    }
    # Without any permission on the resource the claim is not there at all.
    return sign(tenant, {name: value for name, value in claims.items() if value != []})


def sign(tenant: Tenant, claims: dict[str, Any]) -> str:
    """Claims as a signed JSON Web Token."""
    key = signing_key(tenant.store)
    return jwt.encode(claims, key.private, "RS256", {"x5t": key.kid, "kid": key.kid})


def _times(tenant: Tenant) -> dict[str, Any]:
    now = tenant.clock.now()
    issued = int((now - BACKDATED).timestamp())
    return {"iat": issued, "nbf": issued, "exp": int((now + LIFETIME).timestamp())}


def _roles(request: TokenRequest, principal: Document, resource: Document) -> list[str]:
    values = {role["id"]: role["value"] for role in resource["appRoles"] if role["isEnabled"]}
    assigned = consent.of_principal(request.directory, principal["id"])
    ids = [one["appRoleId"].casefold() for one in assigned if one["resourceId"].casefold() == resource["id"]]
    return sorted({values[id_] for id_ in ids if values.get(id_)})


def _directory_roles(request: TokenRequest, principal: Document) -> list[str]:
    held = request.directory.find("directoryRoleAssignments", "principalId", principal["id"])
    return sorted({assignment["roleDefinitionId"] for assignment in held})
