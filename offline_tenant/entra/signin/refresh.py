"""Refresh tokens: a client comes back without the person. Each answer carries a new one, and the old one holds on.

https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.entra.signin import clients, delegated, people, scopes, sealed
from offline_tenant.entra.signin.delegated import SignedIn
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.entra.signin.scopes import Asked

DAY: Final = 86_400  # seconds
LIFETIME: Final = 90 * DAY  # without use, which is to say since it was issued


def redeem(request: TokenRequest) -> dict[str, Any]:
    """The answer to ``grant_type=refresh_token``.

    Raises:
        SignInError: no refresh token (9002313), of another tenant (700005) or client (70000), too old (700082, 700084),
            ended by a new password or an administrator (50173), or what ``delegated.answer`` refuses.
    """
    claims = opened(request)
    client = clients.of_person(request, claims["platform"])
    if claims["app"] != client.registration.app_id:
        raise SignInError(70000)
    _check_age(request, claims)
    user = request.directory.get("users", claims["uid"])
    if user is None:
        raise SignInError(50034, tenant=request.display_name)
    people.check_since(user, claims["iat"])
    signed_in = SignedIn(user, client.registration, client.appidacr, claims["platform"])
    return delegated.answer(request, signed_in, _asked(request, claims))


def opened(request: TokenRequest) -> dict[str, Any]:
    """What the refresh token of a request says.

    Raises:
        SignInError: it is none (9002313), or another tenant's (700005).
    """
    claims = sealed.opened(request.tenant.store, sealed.REFRESH, request.required("refresh_token"))
    if claims is None:
        raise SignInError(9002313)
    if claims["tid"] != request.tenant.id:
        raise SignInError(700005)
    return claims


def _check_age(request: TokenRequest, claims: Mapping[str, Any]) -> None:
    age = request.tenant.clock.now().timestamp() - claims["iat"]
    if claims["platform"] == clients.SPA and age >= DAY:
        raise SignInError(700084, issued=people.stamp(claims["iat"]))
    if age >= LIFETIME:
        raise SignInError(700082, issued=people.stamp(claims["iat"]))


def _asked(request: TokenRequest, claims: Mapping[str, Any]) -> Asked:
    first = scopes.read(request, claims["scope"])
    if resource := request.form.get("resource"):
        return scopes.of_resource(request, resource, first.openid)
    asked = scopes.read(request, request.form.get("scope", ""))
    return Asked(first.openid | asked.openid, asked.parts or first.parts[:1])
