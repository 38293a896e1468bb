"""How a client proves who it is: one row a way, and the clients that need no proof.

Secret in the form or in a Basic header (RFC 6749 section 2.3.1), or a signed assertion (RFC 7523).
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from offline_tenant.entra.directory import passwords, registrations
from offline_tenant.entra.directory.objects import moment
from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.signin.assertions import by_assertion
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import Endpoint, TokenRequest
from offline_tenant.state.store import Document

WEB: Final = "web"
SPA: Final = "spa"
NATIVE: Final = "publicClient"


@dataclass(frozen=True)
class Client:
    """A client that proved who it is.

    Args:
        principal: its service principal in this tenant.
        appidacr: how it did: ``"1"`` by a secret, ``"2"`` by a certificate or a federated assertion.
    """

    principal: Document
    appidacr: str


def authenticated(request: TokenRequest) -> Client:
    """The client of a request that acts as itself.

    Raises:
        SignInError: no client id (900144), unknown client (700016), no or a wrong credential, no principal.
    """
    client_id, credentials = _given(request)
    application = _application(request, client_id)
    if (proof := _proof(credentials)) is None:
        raise SignInError(_missing_credential(request))
    appidacr = PROOFS[proof](request, application, credentials[proof])
    return Client(_principal(request, application), appidacr)


@dataclass(frozen=True)
class PersonsClient:
    """A client that acts for a person.

    Args:
        registration: of the application, wherever it is registered.
        appidacr: ``"0"`` for a public client, else as in ``Client``.
    """

    registration: Registration
    appidacr: str


def of_person(request: TokenRequest, platform: str = "") -> PersonsClient:
    """The client of a request on behalf of a person: public, or with a credential.

    Args:
        request: to the token endpoint.
        platform: under which the redirect URI is registered; empty where there was none.

    Raises:
        SignInError: unknown client (700016), a public one with a credential (700025), a confidential one without
            (7000218), a single-page one that is not called from a page, or another one that is (9002326, 9002327).
    """
    client_id, credentials = _given(request)
    registration = registered(request, client_id)
    _check_origin(request, platform)
    public = platform in {SPA, NATIVE} or (not platform and registration.is_public)
    if (proof := _proof(credentials)) is None:
        if public:
            return PersonsClient(registration, "0")
        raise SignInError(7000218)
    if platform in {SPA, NATIVE}:
        raise SignInError(700025)
    appidacr = PROOFS[proof](request, _application(request, client_id), credentials[proof])
    return PersonsClient(registration, appidacr)


def registered(endpoint: Endpoint, client_id: str) -> Registration:
    """The application behind a client id.

    Raises:
        SignInError: nobody knows it here (700016).
    """
    found = registrations.find(endpoint.directory, client_id)
    if found is None:
        raise SignInError(700016, client=client_id, tenant=endpoint.display_name)
    return found


def principal_of(endpoint: Endpoint, registration: Registration) -> Document | None:
    """The client's service principal in this tenant; None before anybody consented to it.

    Raises:
        SignInError: it is disabled (7000112).
    """
    principal = endpoint.directory.by_app_id("servicePrincipals", registration.app_id)
    if principal is not None and principal["accountEnabled"] is False:
        raise SignInError(7000112, client=registration.app_id, name=principal["displayName"])
    return principal


def _check_origin(request: TokenRequest, platform: str) -> None:
    origin = request.headers.get("origin")
    if platform == SPA and origin is None:
        raise SignInError(9002327)
    if platform and platform != SPA and origin is not None:
        raise SignInError(9002326, origin=origin)


def _given(request: TokenRequest) -> tuple[str, Mapping[str, str]]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return request.required("client_id"), request.form
    try:
        client_id, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (NotBase64, ValueError) as error:
        raise SignInError(90013) from error
    return unquote_plus(client_id), {"client_secret": unquote_plus(secret)}


def _proof(credentials: Mapping[str, str]) -> str | None:
    return next((name for name in PROOFS if credentials.get(name)), None)


def _application(request: TokenRequest, client_id: str) -> Document:
    if found := request.directory.by_app_id("applications", client_id):
        return found
    principal = request.directory.by_app_id("servicePrincipals", client_id)
    if principal and principal["appOwnerOrganizationId"] != request.tenant.id:
        # Published elsewhere: what it could prove itself with is not in this tenant.
        raise SignInError(7000215, client=client_id)
    raise SignInError(700016, client=client_id, tenant=request.display_name)


def _missing_credential(request: TokenRequest) -> int:
    return 7000216 if request.form.get("grant_type") == "client_credentials" else 7000218


def _principal(request: TokenRequest, application: Document) -> Document:
    principal = request.directory.by_app_id("servicePrincipals", application["appId"])
    if principal is None:
        raise SignInError(7000229, client=application["appId"], tenant=request.tenant.id)
    if principal["accountEnabled"] is False:
        raise SignInError(7000112, client=application["appId"], name=principal["displayName"])
    return principal


def _by_secret(request: TokenRequest, application: Document, secret: str) -> str:
    credential = passwords.matching(request.directory, application, secret)
    now = request.tenant.clock.now()
    if credential is None or now < moment(credential["startDateTime"]):
        raise SignInError(7000215, client=application["appId"])
    if now >= moment(credential["endDateTime"]):
        raise SignInError(7000222, client=application["appId"])
    return "1"


Proof = Callable[[TokenRequest, Document, str], str]

# By the form's parameter; the first that is given counts.
PROOFS: Final[Mapping[str, Proof]] = {"client_assertion": by_assertion, "client_secret": _by_secret}
