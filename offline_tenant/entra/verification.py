"""Whether an access token holds: for Graph, the Exchange admin API and the mail servers of the same tenant.

``verify`` looks at the signature, the times by the tenant's clock, the issuer and the audience. What the
bearer may then do (``roles``, ``scp``, ``wids``, the Exchange principal behind ``oid``) is the caller's to judge.
Claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import jwt

from offline_tenant.entra import clouds
from offline_tenant.entra.keys import SigningKey, signing_key
from offline_tenant.state.tenant import Installation, Tenant

# What a token for Exchange Online or Microsoft Graph may be issued to, in whatever cloud.
EXCHANGE_AUDIENCES: Final = clouds.audiences(clouds.EXCHANGE)
GRAPH_AUDIENCES: Final = clouds.audiences(clouds.GRAPH)
SKEW: Final = timedelta(minutes=5)  # a token from a clock that is ahead by so much is still believed

# Tokens whose signature need not be checked again: clients send each of them many times.
TOKENS: Final = 512


class TokenError(Exception):
    """A token that does not hold.

    Args:
        reason: why, in a few words and without any part of the token.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MalformedTokenError(TokenError):
    """It is no JSON Web Token, or a claim is missing or of the wrong type."""


class ForgedTokenError(TokenError):
    """The signature is not this installation's."""


class ExpiredTokenError(TokenError):
    """Its time is over, or has not begun."""


class WrongTenantError(TokenError):
    """Another tenant issued it."""


class WrongAudienceError(TokenError):
    """It is for another service."""


@dataclass(frozen=True)
class Claims:
    """What a token that holds says about its bearer.

    Args:
        aud: the resource as it was asked for, without a slash at the end.
        tid: the tenant id.
        oid: the object id of the *enterprise application* (app-only) or of the user (delegated).
        appid: the application (client) id.
        roles: the application permissions; empty when the token has none.
        scopes: the delegated permissions of ``scp``; empty in app-only tokens.
        wids: the template ids of the bearer's directory roles.
        app_only: true when no user stands behind the token (``idtyp`` is ``app``).
        upn: the user's principal name, None in app-only tokens.
        expires_at: when it ends, aware, in UTC.
        all: every claim as it stands in the token.
    """

    aud: str
    tid: str
    oid: str
    appid: str
    roles: frozenset[str]
    scopes: frozenset[str]
    wids: frozenset[str]
    app_only: bool
    upn: str | None
    expires_at: datetime
    all: Mapping[str, Any]


def verify(tenant: Tenant, token: str, audiences: Iterable[str]) -> Claims:
    """The claims of an access token of this tenant.

    Args:
        tenant: whose tokens are believed, and whose clock counts.
        token: the bare token, without ``Bearer``.
        audiences: the resources of which it must name one; case and a slash at the end do not matter.

    Raises:
        MalformedTokenError: it is no token.
        ForgedTokenError: not signed by this installation.
        ExpiredTokenError: over, or not yet begun.
        WrongTenantError: issued by another tenant.
        WrongAudienceError: issued for another service.
    """
    claims = _claims(_signed(signing_key(tenant.store), token))
    _check_times(tenant, claims)
    _check_issuer(tenant, claims)
    if _bare(claims.aud) not in {_bare(audience) for audience in audiences}:
        raise WrongAudienceError("the token is for another service")
    return claims


def issuing_tenant(installation: Installation, token: str) -> Tenant | None:
    """The tenant that a token names, before anything of it is verified; None if there is no such tenant.

    Raises:
        MalformedTokenError: it is no token.
    """
    try:
        claims = _signed(signing_key(installation.store), token)
    except ForgedTokenError:
        claims = _said(token)
    return installation.tenant(str(claims.get("tid")))


def _said(token: str) -> Mapping[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise MalformedTokenError("not a JSON Web Token") from error
    return claims


def issuer(tenant: Tenant) -> str:
    """The ``iss`` of a version 1.0 token."""
    return f"{clouds.of(tenant).issuer}/{tenant.id}/"


@lru_cache(maxsize=TOKENS)
def _signed(key: SigningKey, token: str) -> Mapping[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.private.public_key(),
            ["RS256"],
            # Times, issuer and audience are ours to check: PyJWT knows only the machine's clock.
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_iss": False,
                "verify_nbf": False,
            },
        )
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise ForgedTokenError("the signature is not this tenant's") from error
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise MalformedTokenError("not a JSON Web Token") from error
    return claims


def _claims(found: Mapping[str, Any]) -> Claims:
    try:
        return Claims(
            aud=str(found["aud"]),
            tid=str(found["tid"]),
            oid=str(found["oid"]),
            appid=str(found["appid"]),
            roles=frozenset(found.get("roles", ())),
            scopes=frozenset(found.get("scp", "").split()),
            wids=frozenset(found.get("wids", ())),
            app_only=found.get("idtyp") == "app",
            upn=found.get("upn"),
            expires_at=datetime.fromtimestamp(found["exp"], UTC),
            all=dict(found),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedTokenError("a claim is missing or of the wrong type") from error


def _check_times(tenant: Tenant, claims: Claims) -> None:
    now = tenant.clock.now()
    if now >= claims.expires_at:
        raise ExpiredTokenError("the token is expired")
    begins = claims.all.get("nbf", 0)
    if not isinstance(begins, int) or now.timestamp() + SKEW.total_seconds() < begins:
        raise ExpiredTokenError("the token is not valid yet")


def _check_issuer(tenant: Tenant, claims: Claims) -> None:
    if claims.tid != tenant.id or claims.all.get("iss") != issuer(tenant):
        raise WrongTenantError("another tenant issued the token")


def _bare(audience: str) -> str:
    return audience.rstrip("/").casefold()
