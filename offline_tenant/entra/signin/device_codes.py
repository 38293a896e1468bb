"""Device codes (RFC 8628): a program without a browser shows a code, a person enters it somewhere else.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from string import ascii_letters, ascii_uppercase, digits
from typing import Any, Final

from offline_tenant.entra.signin import clients, delegated, people, scopes
from offline_tenant.entra.signin.delegated import SignedIn
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.implied import DEVICE_CODES, device_code_id
from offline_tenant.entra.signin.request import ANY_TENANT, V1, V2, TokenRequest
from offline_tenant.entra.signin.scopes import Asked
from offline_tenant.state.store import Collection, Document
from offline_tenant.state.tenant import Installation, Tenant

LIFETIME: Final = 900  # seconds
INTERVAL: Final = 5  # seconds between two polls
# Letters and digits that people do not mistake for each other.
LETTERS: Final = "".join(letter for letter in ascii_uppercase + digits if letter not in "AEIOU01")
NAMES: Final = {V1: "code", V2: "device_code"}  # of the parameter that carries the code
PENDING: Final = "pending"
APPROVED: Final = "approved"
DECLINED: Final = "declined"


def issue(installation: Installation, base_url: str, place: str, form: dict[str, str]) -> dict[str, Any]:
    """A new pair of codes: one for the person, one for the program.

    Args:
        installation: keeps them, because a program may not know the person's tenant.
        base_url: of this server.
        place: the tenant of the path, or ``common`` and its like.
        form: ``client_id``, ``scope``.
    """
    codes, now = _codes(installation), installation.clock.now().timestamp()
    _sweep(codes, now)
    device_code = installation.ids.text(120, ascii_letters + digits + "-_")
    user_code = installation.ids.text(9, LETTERS)
    kept = {name: form.get(name, "") for name in ("client_id", "scope", "resource")}
    state = {"state": PENDING, "userCode": user_code, "place": place, "exp": now + LIFETIME}
    id_ = device_code_id(device_code)
    codes.insert(id_, kept | state | {"id": id_})
    page = f"{base_url}/devicelogin"
    return {
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": LIFETIME,
        "interval": INTERVAL,
        "message": f"To sign in, use a web browser to open the page {page} and enter the code {user_code} to "
        "authenticate.",
    }


def waiting(installation: Installation, user_code: str) -> Document | None:
    """The request that a person's code stands for, if it still waits for an answer."""
    found = _codes(installation).find("userCode", user_code.strip()) if user_code.strip() else []
    now = installation.clock.now().timestamp()
    return next((code for code in found if code["state"] == PENDING and now < code["exp"]), None)


def approve(installation: Installation, code: Document, tenant: Tenant, user: Document) -> None:
    """The person let the program in."""
    who = {"state": APPROVED, "tid": tenant.id, "uid": user["id"]}
    when = {"iat": int(tenant.clock.now().timestamp())}
    _codes(installation).replace(code["id"], code | who | when)


def decline(installation: Installation, code: Document) -> None:
    """The person did not."""
    _codes(installation).replace(code["id"], code | {"state": DECLINED})


def redeem(request: TokenRequest) -> dict[str, Any]:
    """The answer to ``grant_type=urn:ietf:params:oauth:grant-type:device_code``.

    Raises:
        SignInError: unknown (70018), another client's (70000), too old (70020), not answered yet (70016), declined
            (65004), or what ``delegated.answer`` refuses.
    """
    client = clients.of_person(request)
    code = _found(request)
    if code["client_id"].casefold() != client.registration.app_id:
        raise SignInError(70000)
    _check(request, code)
    user = request.directory.get("users", code["uid"])
    if user is None:
        raise SignInError(50034, tenant=request.display_name)
    people.check_since(user, code["iat"])
    _kept(request).delete(code["id"])
    signed_in = SignedIn(user, client.registration, client.appidacr)
    return delegated.answer(request, signed_in, _asked(request, code))


def _found(request: TokenRequest) -> Document:
    # The first version called the parameter "code".
    text = (
        request.form.get("device_code")
        or request.form.get("code")
        or request.required(NAMES[request.version])
    )
    found = _kept(request).get(device_code_id(text))
    if found is None:
        raise SignInError(70018)
    return found


def _check(request: TokenRequest, code: Document) -> None:
    if request.tenant.clock.now().timestamp() >= code["exp"]:
        raise SignInError(70020)
    if code["state"] == DECLINED:
        raise SignInError(65004, "authorization_declined")
    if code["state"] == PENDING:
        raise SignInError(70016)
    if code["tid"] != request.tenant.id:
        raise SignInError(700005)


def _asked(request: TokenRequest, code: Document) -> Asked:
    asked = scopes.read(request, code["scope"])
    if code["resource"]:
        return scopes.of_resource(request, code["resource"], asked.openid)
    return Asked(asked.openid, asked.parts[:1])


def _kept(request: TokenRequest) -> Collection:
    return request.tenant.store.collection("", DEVICE_CODES)


def _codes(installation: Installation) -> Collection:
    return installation.store.collection("", DEVICE_CODES)


def _sweep(codes: Collection, now: float) -> None:
    # Kept a while longer than they hold, so that a late poll is told that it is late.
    for code in codes.all():
        if now >= code["exp"] + LIFETIME:
            codes.delete(code["id"])


def is_anywhere(place: str) -> bool:
    """Whether a code may be answered by a person of any tenant."""
    return place.casefold() in ANY_TENANT
