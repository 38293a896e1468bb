"""Access tokens: version 1.0 tokens, which is what Exchange Online and Microsoft Graph are issued.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import hashlib
from base64 import urlsafe_b64encode
from datetime import timedelta
from string import ascii_letters, digits
from typing import Any, Final
from uuid import UUID

import jwt

from offline_tenant.entra.directory import consent
from offline_tenant.entra.directory.objects import Directory
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
    claims = common(tenant, resource.audience, principal) | {
        "appidacr": client.appidacr,
        "idp": issuer(tenant),
        "idtyp": "app",
        "oid": principal["id"],
        "roles": _roles(request, principal, resource.principal),
        "sub": principal["id"],
        "wids": [*directory_roles(request.directory, principal["id"]), MEMBER],
    }
    # Without any permission on the resource the claim is not there at all.
    return sign(tenant, {name: value for name, value in claims.items() if value != []})


def sign(tenant: Tenant, claims: dict[str, Any]) -> str:
    """Claims as a signed JSON Web Token."""
    key = signing_key(tenant.store)
    return jwt.encode(claims, key.private, "RS256", {"x5t": key.kid, "kid": key.kid})


def common(tenant: Tenant, audience: str, principal: Document) -> dict[str, Any]:
    """The claims of every access token that is issued to a client.

    Args:
        tenant: that issues it.
        audience: what the token is for, as it was asked for.
        principal: of the client.
    """
    uti = tenant.ids.text(UTI, ascii_letters + digits + "-_")
    return times(tenant) | {
        "aud": audience,
        "iss": issuer(tenant),
        "aio": _opaque("aio", uti),
        "app_displayname": principal["appDisplayName"],
        "appid": principal["appId"],
        # Tenant and resource are folded into it; clients must not read it.
        "rh": f"1.{_opaque('rh', tenant.id + audience)}.",
        "tid": tenant.id,
        "uti": uti,
        "ver": "1.0",
    }


def times(tenant: Tenant) -> dict[str, Any]:
    """When a token of now was issued, begins and ends."""
    now = tenant.clock.now()
    issued = int((now - BACKDATED).timestamp())
    return {"iat": issued, "nbf": issued, "exp": int((now + LIFETIME).timestamp())}


def directory_roles(directory: Directory, principal_id: str) -> list[str]:
    """The template ids of the directory roles that a principal or a user holds."""
    held = directory.find("directoryRoleAssignments", "principalId", principal_id)
    return sorted({assignment["roleDefinitionId"] for assignment in held})


def pairwise(user: Document, app_id: str) -> str:
    """The ``sub`` of a user towards one application: another one for every application."""
    digest = hashlib.sha256(UUID(user["id"]).bytes + UUID(app_id).bytes).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _opaque(name: str, seed: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(f"{name}:{seed}".encode()).digest()).rstrip(b"=").decode()


def _roles(request: TokenRequest, principal: Document, resource: Document) -> list[str]:
    values = {role["id"]: role["value"] for role in resource["appRoles"] if role["isEnabled"]}
    assigned = consent.of_principal(request.directory, principal["id"])
    ids = [one["appRoleId"].casefold() for one in assigned if one["resourceId"].casefold() == resource["id"]]
    return sorted({values[id_] for id_ in ids if values.get(id_)})
