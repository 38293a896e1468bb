"""Authorization codes: handed to a redirect URI, exchanged once, with proof of possession (PKCE, RFC 7636).

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from offline_tenant.entra.signin import clients, delegated, people, scopes, sealed
from offline_tenant.entra.signin.delegated import SignedIn
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.entra.signin.scopes import Asked
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

USED: Final = "redeemedCodes"
LIFETIME: Final = 600  # seconds
CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def _s256(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


METHODS: Final[Mapping[str, Callable[[str], str]]] = {"S256": _s256, "plain": str}


def check_challenge(parameters: Mapping[str, str]) -> None:
    """Refuse a challenge that no verifier can meet.

    Raises:
        SignInError: its size (50147) or its method (50149).
    """
    if parameters.get("code_challenge_method", "plain") not in METHODS:
        raise SignInError(50149)
    if challenge := parameters.get("code_challenge"):
        if not CHALLENGE.fullmatch(challenge):
            raise SignInError(50147)
    elif "code_challenge_method" in parameters:
        raise SignInError(50147)


def issue(tenant: Tenant, user: Document, platform: str, parameters: Mapping[str, str]) -> str:
    """A code for a person who signed in and consented.

    Args:
        tenant: the person's.
        user: the person.
        platform: under which the redirect URI is registered.
        parameters: of the authorization request.
    """
    now = int(tenant.clock.now().timestamp())
    kept = (
        "client_id",
        "redirect_uri",
        "scope",
        "resource",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    )
    asked = {name: parameters[name] for name in kept if parameters.get(name)}
    own = {"jti": tenant.ids.uuid(), "tid": tenant.id, "uid": user["id"], "platform": platform}
    return sealed.seal(tenant.store, sealed.CODE, own | asked | {"iat": now, "exp": now + LIFETIME})


def redeem(request: TokenRequest) -> dict[str, Any]:
    """The answer to ``grant_type=authorization_code``.

    Raises:
        SignInError: no code (9002313), of another tenant (700005) or client (70000), used (54005), too old (70008),
            another redirect URI (500112), a wrong verifier (501481, 50148), or what ``delegated.answer`` refuses.
    """
    code = sealed.opened(request.tenant.store, sealed.CODE, request.required("code"))
    if code is None:
        raise SignInError(9002313)
    client = clients.of_person(request, code["platform"])
    _check(request, code, client.registration.app_id)
    _check_verifier(request, code)
    user = request.directory.get("users", code["uid"])
    if user is None:
        raise SignInError(50034, tenant=request.display_name)
    people.check_since(user, code["iat"])
    _use(request, code)
    signed_in = SignedIn(user, client.registration, client.appidacr, code["platform"], code.get("nonce", ""))
    return delegated.answer(request, signed_in, _asked(request, code))


def _check(request: TokenRequest, code: Mapping[str, Any], app_id: str) -> None:
    if code["tid"] != request.tenant.id:
        raise SignInError(700005)
    if code["client_id"].casefold() != app_id:
        raise SignInError(70000)
    if request.tenant.documents(USED).get(code["jti"]):
        raise SignInError(54005)
    if request.tenant.clock.now().timestamp() >= code["exp"]:
        raise SignInError(70008)
    if (given := request.required("redirect_uri")) != code["redirect_uri"]:
        raise SignInError(500112, given=given, asked=code["redirect_uri"])


def _check_verifier(request: TokenRequest, code: Mapping[str, Any]) -> None:
    challenge, verifier = code.get("code_challenge"), request.form.get("code_verifier", "")
    if bool(challenge) != bool(verifier):
        raise SignInError(50148)
    if challenge is None:
        if code["platform"] == clients.SPA:
            raise SignInError(9002325)
        return
    met = METHODS[code.get("code_challenge_method", "plain")](verifier)
    if not hmac.compare_digest(met.encode(), challenge.encode()):
        raise SignInError(501481)


def _use(request: TokenRequest, code: Mapping[str, Any]) -> None:
    used, now = request.tenant.documents(USED), request.tenant.clock.now().timestamp()
    for old in used.all():
        if now >= old["exp"]:
            used.delete(old["id"])
    used.insert(code["jti"], {"id": code["jti"], "exp": code["exp"]})


def _asked(request: TokenRequest, code: Mapping[str, Any]) -> Asked:
    """What the token shall be for: as this request says, else the first resource that the person saw."""
    first = scopes.read(request, code.get("scope", ""))
    if resource := request.form.get("resource") or (code.get("resource") and code["resource"]):
        return scopes.of_resource(request, resource, first.openid | {"openid"})
    if request.form.get("scope"):
        asked = scopes.read(request, request.form["scope"])
        return Asked(asked.openid | first.openid, asked.parts or first.parts[:1])
    return Asked(first.openid, first.parts[:1])
