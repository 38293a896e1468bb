"""Certificates of applications (``keyCredentials``): public halves, set as a whole list, compared at sign-in.

https://learn.microsoft.com/graph/api/resources/keycredential
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from offline_tenant.entra.directory import policies
from offline_tenant.entra.directory.credential_types import KEY_CREDENTIAL
from offline_tenant.entra.directory.errors import DirectoryError
from offline_tenant.entra.directory.objects import Directory, as_text, moment
from offline_tenant.entra.directory.schema import Place
from offline_tenant.state.store import Document

KIND: Final = "certificates"
SHAPE: Final = {"type": "AsymmetricX509Cert", "usage": "Verify"}


def replace(directory: Directory, application: Document, wanted: list[Document]) -> list[Document]:
    """Make these the certificates of an application; those that go on come with their key id and no key.

    Returns:
        The ``keyCredentials`` to show: all but the keys.

    Raises:
        DirectoryError: no certificate, another type or usage, a time outside the certificate's own (400).
    """
    kept_before = directory.primary.find(KIND, "applicationId", application["id"])
    held = {document["id"]: document for document in kept_before}
    before = {one["keyId"]: one for one in application["keyCredentials"]}
    kept: list[Document] = []
    for credential in wanted:
        same = before.get(str(credential.get("keyId")).casefold())
        unchanged = same is not None and credential.get("key") in (None, held[same["keyId"]]["der"])
        kept.append(same if same and unchanged else _add(directory, application, credential))
    for id_ in held.keys() - {one["keyId"] for one in kept}:
        directory.remove(KIND, id_)
    return kept


def with_keys(directory: Directory, application: Document) -> Document:
    """The application with the certificates themselves, as ``$select=keyCredentials`` shows them."""
    held = {
        document["id"]: document["der"]
        for document in directory.find(KIND, "applicationId", application["id"])
    }
    shown = [one | {"key": held.get(one["keyId"])} for one in application["keyCredentials"]]
    return application | {"keyCredentials": shown}


def by_thumbprint(
    directory: Directory, application: Document, digest: str, thumbprint: bytes
) -> Document | None:
    """The credential whose certificate has this thumbprint, with its certificate under ``der``; None if none has.

    Args:
        directory: of the tenant.
        application: whose certificates count.
        digest: ``sha1`` (the header ``x5t``) or ``sha256`` (``x5t#S256``).
        thumbprint: the digest of the certificate.
    """
    credentials = {one["keyId"]: one for one in application["keyCredentials"]}
    for document in directory.find(KIND, "applicationId", application["id"]):
        if hashlib.new(digest, b64decode(document["der"])).digest() == thumbprint:
            return {**credentials[document["id"]], "der": document["der"]}
    return None


def _add(directory: Directory, application: Document, wanted: Document) -> Document:
    credential = KEY_CREDENTIAL.new(wanted)
    for name, value in SHAPE.items():
        if credential[name] != value:
            raise Place(KEY_CREDENTIAL.name, name).invalid()
    certificate = _certificate(credential["key"])
    der = certificate.public_bytes(Encoding.DER)
    credential |= _times(directory, application, certificate, credential)
    key_id = _key_id(directory, credential["keyId"])
    directory.add(KIND, {"id": key_id, "applicationId": application["id"], "der": b64encode(der).decode()})
    return credential | {
        "customKeyIdentifier": credential["customKeyIdentifier"] or hashlib.sha1(der).hexdigest().upper(),  # noqa: S324 - a name, as x5t is
        "displayName": credential["displayName"] or certificate.subject.rfc4514_string(),
        "key": None,
        "keyId": key_id,
    }


def _key_id(directory: Directory, wanted: str | None) -> str:
    if wanted is None:
        return directory.tenant.ids.uuid()
    if directory.primary.get(KIND, wanted):
        raise Place(KEY_CREDENTIAL.name, "keyId").invalid()
    return wanted


def _certificate(key: str | None) -> x509.Certificate:
    try:
        content = b64decode(key or "", validate=True)
        # Graph takes both: the certificate itself, and a PEM file that was encoded once more.
        pem = content.startswith(b"-----BEGIN")
        return x509.load_pem_x509_certificate(content) if pem else x509.load_der_x509_certificate(content)
    except (NotBase64, ValueError) as error:
        raise DirectoryError(400, "KeyCredentialsInvalidValue", "Key value is invalid certificate") from error


def _times(
    directory: Directory, application: Document, certificate: x509.Certificate, wanted: Document
) -> Document:
    starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    starts = moment(wanted["startDateTime"]) if wanted["startDateTime"] else starts
    ends = moment(wanted["endDateTime"]) if wanted["endDateTime"] else ends
    policies.check_certificate(directory, application, starts, ends)
    if ends > certificate.not_valid_after_utc or ends <= starts or ends <= directory.tenant.clock.now():
        raise DirectoryError(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")
    return {"startDateTime": as_text(starts), "endDateTime": as_text(ends)}
