"""Which tenant a token request means whose path names none (``common``, ``organizations``)."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from offline_tenant.entra.signin import sealed
from offline_tenant.state.tenant import Installation, Tenant

DEVICE_CODES: Final = "deviceCodes"


def tenant(installation: Installation, form: Mapping[str, str]) -> Tenant | None:
    """The tenant of the person behind a grant, or None if the request tells nobody."""
    found = (finder(installation, form[name]) for name, finder in FINDERS.items() if form.get(name))
    # MSAL sends a device code under two names.
    return next((one for one in found if one is not None), None)


def of_user(installation: Installation, name: str) -> Tenant | None:
    """The tenant that the domain of a user's name belongs to."""
    return installation.tenant(name.partition("@")[2])


def device_code_id(device_code: str) -> str:
    """Under which id a device code is kept: codes themselves are not."""
    return hashlib.sha256(device_code.encode()).hexdigest()


def _sealed(purpose: str) -> Callable[[Installation, str], Tenant | None]:
    def find(installation: Installation, text: str) -> Tenant | None:
        claims = sealed.opened(installation.store, purpose, text) or {}
        return installation.tenant(str(claims.get("tid")))

    return find


def _of_device(installation: Installation, device_code: str) -> Tenant | None:
    found = installation.store.collection("", DEVICE_CODES).get(device_code_id(device_code)) or {}
    # Before anybody signed in there is no tenant yet, and any will do to say so.
    return installation.tenant(str(found.get("tid"))) or next(iter(installation.tenants()), None)


FINDERS: Final[Mapping[str, Callable[[Installation, str], Tenant | None]]] = {
    "code": _sealed(sealed.CODE),
    "refresh_token": _sealed(sealed.REFRESH),
    "device_code": _of_device,
    "username": of_user,
}
