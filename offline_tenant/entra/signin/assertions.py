"""Client assertions (RFC 7523): signed with a certificate of the application, or by a federated issuer.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography import x509

from offline_tenant.entra.directory import certificates, federated_credentials
from offline_tenant.entra.directory.objects import moment
from offline_tenant.entra.signin import issuers
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import TokenRequest
from offline_tenant.state.store import Document

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = ["RS256", "PS256"]
THUMBPRINTS: Final = {"x5t#S256": "sha256", "x5t": "sha1"}
NAMES: Final = {**THUMBPRINTS, "kid": "sha1"}  # the last where there is none of the others
SKEW: Final = 300  # seconds


@dataclass(frozen=True)
class Assertion:
    """What a client asserts, before anything of it is believed."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    def claim(self, name: str) -> str:
        """A claim as text; empty when it is not there."""
        value = self.claims.get(name, "")
        # An audience may be a list of one.
        return str(value[0] if isinstance(value, list) and len(value) == 1 else value)


def by_assertion(request: TokenRequest, application: Document, text: str) -> str:
    """The proof of a ``client_assertion``.

    Raises:
        SignInError: whatever is wrong with it.
    """
    if request.required("client_assertion_type") != TYPE:
        raise SignInError(90013)
    assertion = _read(text)
    if assertion.header.keys() & THUMBPRINTS.keys() or _names_itself(assertion, application):
        _by_certificate(request, application, assertion)
    else:
        _by_federation(request, application, assertion)
    return "2"


def _names_itself(assertion: Assertion, application: Document) -> bool:
    """Whether a client speaks for itself and names its certificate by ``kid`` alone, as hashicorp/go-azure-sdk does."""
    return "kid" in assertion.header and assertion.claim("iss").casefold() == application["appId"]


def _read(text: str) -> Assertion:
    try:
        header = jwt.get_unverified_header(text)
        return Assertion(text, header, jwt.decode(text, options={"verify_signature": False}))
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise SignInError(50027) from error


def _by_certificate(request: TokenRequest, application: Document, assertion: Assertion) -> None:
    app_id = application["appId"]
    credential, thumbprint = _credential(request, application, assertion)
    if credential is None:
        raise SignInError(700027, reason="The key was not found.", thumbprint=thumbprint, client=app_id)
    if request.tenant.clock.now() >= moment(credential["endDateTime"]):
        raise SignInError(700027, reason="The key used is expired.", thumbprint=thumbprint, client=app_id)
    certificate = x509.load_der_x509_certificate(b64decode(credential["der"]))
    if not _is_signed_with(assertion, certificate.public_key()):
        reason = "The key was found, but use of the key to verify the signature failed."
        raise SignInError(700027, reason=reason, thumbprint=thumbprint, client=app_id)
    if {assertion.claim(name).casefold() for name in ("iss", "sub")} != {app_id}:
        raise SignInError(700021)
    if not _is_for_us(request, assertion):
        raise SignInError(700023)
    _check_times(request, assertion)


def _credential(
    request: TokenRequest, application: Document, assertion: Assertion
) -> tuple[Document | None, str]:
    name = next(name for name in NAMES if name in assertion.header)
    try:
        encoded = str(assertion.header[name])
        thumbprint = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError as error:
        raise SignInError(50027) from error
    found = certificates.by_thumbprint(request.directory, application, NAMES[name], thumbprint)
    return found, thumbprint.hex().upper()


def _by_federation(request: TokenRequest, application: Document, assertion: Assertion) -> None:
    candidates = federated_credentials.of(request.directory, application)
    values = {name: assertion.claim(name) for name in ("iss", "sub", "aud")}
    # Entra names the first thing that no credential matches.
    for code, name, matches in (
        (700211, "iss", lambda one: one["issuer"] == values["iss"]),
        (700213, "sub", lambda one: federated_credentials.stands_for(one, assertion.claims)),
        (700212, "aud", lambda one: values["aud"] in one["audiences"]),
    ):
        candidates = [one for one in candidates if matches(one)]
        if not candidates:
            raise SignInError(code, value=values[name])
    keys = issuers.keys(request.tenant.store, values["iss"])
    if not keys:
        raise SignInError(50166)
    if not any(_is_signed_with(assertion, key.key) for key in keys):
        raise SignInError(50013)
    _check_times(request, assertion)


def _is_signed_with(assertion: Assertion, key: Any) -> bool:
    try:
        jwt.decode(
            assertion.text,
            key,
            ALGORITHMS,
            options={
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_iss": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        return False
    return True


def _is_for_us(request: TokenRequest, assertion: Assertion) -> bool:
    known = request.tenant.store.collection("", "tenants").get(request.tenant.id) or {"domains": []}
    here = [f"{request.base_url}/{name}" for name in (request.tenant.id, *known["domains"])]
    accepted = {f"{start}{end}" for start in here for end in ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0")}
    return assertion.claim("aud").rstrip("/").casefold() in {address.casefold() for address in accepted}


def _check_times(request: TokenRequest, assertion: Assertion) -> None:
    now = request.tenant.clock.now().timestamp()
    try:
        begins, ends = float(assertion.claims.get("nbf", 0)), float(assertion.claims["exp"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SignInError(700024) from error
    if not begins - SKEW <= now < ends + SKEW:
        raise SignInError(700024)
