"""The answer to a client that acts for a person: access token, refresh token, ID token.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final

from offline_tenant.entra import clouds
from offline_tenant.entra.directory import conditional_access
from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.signin import clients, people, sealed, tokens
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.permissions import Consents
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.entra.signin.resources import named
from offline_tenant.entra.signin.scopes import Asked, Part, written
from offline_tenant.entra.verification import issuer
from offline_tenant.state.store import Document

METHODS: Final = ["pwd"]  # how people prove who they are here
BROWSERS: Final = frozenset({clients.WEB, clients.SPA})  # platforms whose people sit in front of a browser
NEVER_IN_TOKENS: Final = frozenset({"offline_access"})
PLAIN_USER: Final = "b79fbf4d-3ef9-4689-8143-76b194e85509"  # in the wids of every member of a tenant


@dataclass(frozen=True)
class SignedIn:
    """A person who signed in to a client.

    Args:
        user: the person.
        registration: the client.
        appidacr: how the client proved who it is.
        platform: under which the redirect URI is registered; empty where there was none.
        nonce: that the client wants to see in the ID token.
    """

    user: Document
    registration: Registration
    appidacr: str
    platform: str = ""
    nonce: str = ""


def answer(request: TokenRequest, signed_in: SignedIn, asked: Asked) -> dict[str, Any]:
    """Tokens for what was asked.

    Raises:
        SignInError: the account is disabled (50057), not assigned (50105), blocked by Conditional Access (53003),
            consent is missing (65001), or several resources are asked for at once (28000).
    """
    people.check(signed_in.user)
    people.check_assigned(request, signed_in.registration, signed_in.user)
    consents = Consents(request, signed_in.registration, signed_in.user)
    part = asked.only() or Part(named(request, clouds.GRAPH), asked.openid)
    _check_access(request, signed_in, part)
    principal = clients.principal_of(request, signed_in.registration)
    if principal is None or consents.missing(asked):
        raise _no_consent(signed_in.registration)
    granted = _in_force(consents, asked, part)
    return {
        "token_type": "Bearer",
        "scope": " ".join(_scope(request, part, granted)),
        "expires_in": int(tokens.LIFETIME.total_seconds()),
        "ext_expires_in": int(tokens.LIFETIME.total_seconds()),
        "access_token": _access_token(request, signed_in, principal, part, granted),
        **_more(request, signed_in, asked),
    }


def _check_access(request: TokenRequest, signed_in: SignedIn, part: Part) -> None:
    client = conditional_access.BROWSER if signed_in.platform in BROWSERS else conditional_access.NATIVE
    app_id = part.resource.principal["appId"]
    if conditional_access.blocks(request.directory, signed_in.user["id"], app_id, client):
        raise SignInError(53003)


def _no_consent(registration: Registration) -> SignInError:
    return SignInError(65001, client=registration.app_id, name=registration.name)


def _in_force(consents: Consents, asked: Asked, part: Part) -> frozenset[str]:
    """Everything that was ever consented to on the resource, not only what this request names."""
    granted = consents.granted(part.resource)
    if part.resource.principal["appId"] == clouds.GRAPH:
        granted |= asked.openid
    return granted - NEVER_IN_TOKENS


def _scope(request: TokenRequest, part: Part, granted: frozenset[str]) -> list[str]:
    if request.version == "1.0":
        return sorted(granted)
    openid = granted & {"openid", "profile", "email"}
    return [*sorted(openid), *written(part, granted - openid)]


def _more(request: TokenRequest, signed_in: SignedIn, asked: Asked) -> dict[str, str]:
    found: dict[str, str] = {}
    # The first version gave refresh tokens and ID tokens to everybody.
    if "offline_access" in asked.openid or request.version == "1.0":
        found["refresh_token"] = refresh_token(request, signed_in, asked)
    if "openid" in asked.openid:
        found["id_token"] = _id_token(request, signed_in, asked)
    if request.form.get("client_info") == "1":
        found["client_info"] = client_info(signed_in.user, request.tenant.id)
    return found


def refresh_token(request: TokenRequest, signed_in: SignedIn, asked: Asked) -> str:
    """A refresh token, with which the client comes back without the person."""
    claims = {
        "tid": request.tenant.id,
        "uid": signed_in.user["id"],
        "app": signed_in.registration.app_id,
        "platform": signed_in.platform,
        "scope": " ".join([*sorted(asked.openid), *(word for part in asked.parts for word in _words(part))]),
        "iat": int(request.tenant.clock.now().timestamp()),
        "jti": request.tenant.ids.uuid(),
    }
    return f"{sealed.PREFIX}{sealed.seal(request.tenant.store, sealed.REFRESH, claims)}"


def _words(part: Part) -> list[str]:
    return [f"{part.resource.audience}/{value}" for value in sorted(part.values) or [".default"]]


def client_info(user: Document, tenant_id: str) -> str:
    """Who signed in, for the cache of MSAL."""
    text = json.dumps({"uid": user["id"], "utid": tenant_id}).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def _access_token(
    request: TokenRequest, signed_in: SignedIn, principal: Document, part: Part, granted: frozenset[str]
) -> str:
    user = signed_in.user
    claims = tokens.common(request.tenant, part.resource.audience, principal) | {
        "acct": 0,
        "acr": "1",
        "amr": METHODS,
        "appidacr": signed_in.appidacr,
        "family_name": user["surname"],
        "given_name": user["givenName"],
        "idtyp": "user",
        "ipaddr": "127.0.0.1",
        "name": user["displayName"],
        "oid": user["id"],
        "scp": " ".join(sorted(granted)),
        "sub": tokens.pairwise(user, principal["appId"]),
        "unique_name": user["userPrincipalName"],
        "upn": user["userPrincipalName"],
        "wids": [*tokens.directory_roles(request.directory, user["id"]), PLAIN_USER],
    }
    return tokens.sign(request.tenant, {name: value for name, value in claims.items() if value is not None})


def _id_token(request: TokenRequest, signed_in: SignedIn, asked: Asked) -> str:
    user, app_id = signed_in.user, signed_in.registration.app_id
    claims = tokens.times(request.tenant) | {
        "aud": app_id,
        "iss": f"{request.base_url}/{request.tenant.id}/v2.0",
        "sub": tokens.pairwise(user, app_id),
        "tid": request.tenant.id,
        "ver": "2.0",
    }
    if request.version == "1.0":
        claims |= {"iss": issuer(request.tenant), "ver": "1.0", "amr": METHODS}
        claims |= {"upn": user["userPrincipalName"], "unique_name": user["userPrincipalName"]}
    if "profile" in asked.openid or request.version == "1.0":
        claims |= {"name": user["displayName"], "oid": user["id"]}
        claims |= {"preferred_username": user["userPrincipalName"]}
    if "email" in asked.openid and user["mail"]:
        claims["email"] = user["mail"]
    if signed_in.nonce:
        claims["nonce"] = signed_in.nonce
    return tokens.sign(request.tenant, claims)
