"""How a confidential client proves who it is: one row a way.

Secret in the form or in a Basic header (RFC 6749 section 2.3.1), or a signed assertion (RFC 7523).
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from offline_tenant.entra.directory import passwords
from offline_tenant.entra.directory.objects import moment
from offline_tenant.entra.signin.assertions import by_assertion
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.state.store import Document


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
    """The client of a request.

    Raises:
        SignInError: no client id (900144), unknown client (700016), no or a wrong credential, no principal.
    """
    client_id, credentials = _given(request)
    application = _application(request, client_id)
    proof = next((name for name in PROOFS if credentials.get(name)), None)
    if proof is None:
        raise SignInError(_missing_credential(request))
    appidacr = PROOFS[proof](request, application, credentials[proof])
    return Client(_principal(request, application), appidacr)


def _given(request: TokenRequest) -> tuple[str, Mapping[str, str]]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return request.required("client_id"), request.form
    try:
        client_id, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (NotBase64, ValueError) as error:
        raise SignInError(90013) from error
    return unquote_plus(client_id), {"client_secret": unquote_plus(secret)}


def _application(request: TokenRequest, client_id: str) -> Document:
    if found := request.directory.by_app_id("applications", client_id):
        return found
    principal = request.directory.by_app_id("servicePrincipals", client_id)
    if principal and principal["appOwnerOrganizationId"] != request.tenant.id:
        # Published elsewhere: what it could prove itself with is not in this tenant.
        raise SignInError(7000215, client=client_id)
    raise SignInError(700016, client=client_id, tenant=display_name(request))


def _missing_credential(request: TokenRequest) -> int:
    return 7000216 if request.form.get("grant_type") == "client_credentials" else 7000218


def _principal(request: TokenRequest, application: Document) -> Document:
    principal = request.directory.by_app_id("servicePrincipals", application["appId"])
    if principal is None:
        raise SignInError(7000229, client=application["appId"], tenant=request.tenant.id)
    if principal["accountEnabled"] is False:
        raise SignInError(7000112, client=application["appId"], name=principal["displayName"])
    return principal


def display_name(request: TokenRequest) -> str:
    """The name of the tenant, as sign-in errors give it."""
    organization = next(iter(request.directory.all("organization")), None)
    return organization["displayName"] if organization else request.tenant.id


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
