"""Name and password straight from the client (ROPC), where Microsoft still has it: no page, no consent on the way.

https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc
"""

from typing import Any, Final

from offline_tenant.entra.signin import clients, delegated, people, resources, scopes
from offline_tenant.entra.signin.delegated import SignedIn
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.entra.signin.scopes import Asked

NOT_HERE: Final = frozenset({"common", "consumers"})


def redeem(request: TokenRequest) -> dict[str, Any]:
    """The answer to ``grant_type=password``.

    Raises:
        SignInError: not at this endpoint (9001023), unknown user (50034), wrong password (50126), or what
            ``delegated.answer`` refuses.
    """
    if request.place in NOT_HERE:
        raise SignInError(9001023)
    asked = _asked(request)
    name, password = request.required("username"), request.form.get("password", "")
    if not password:
        raise SignInError(900144, parameter="password")
    client = clients.of_person(request)
    user = people.by_password(request, name, password)
    return delegated.answer(request, SignedIn(user, client.registration, client.appidacr), asked)


def _asked(request: TokenRequest) -> Asked:
    if resources.parameter(request) == "resource":
        resource = request.required("resource")
        openid = scopes.read(request, request.form.get("scope", "")).openid
        return scopes.of_resource(request, resource, openid)
    return scopes.read(request, request.required("scope"))
