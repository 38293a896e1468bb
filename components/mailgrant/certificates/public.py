"""The public half of an application's certificate: what it says, or why it cannot be one.

Entra takes assertions that are signed with RSA and SHA-256 (learn.microsoft.com/entra/identity-platform/
certificate-credentials), and says of short keys: "RSA key size 1024 is less than the minimum required 2048 bits"
(AADSTS700027).
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from mailgrant.errors import CertificateError

SHORTEST_KEY: Final = 2048  # bits
PEM_MARK: Final = "-----BEGIN "
PRIVATE_KEY: Final = "PRIVATE KEY-----"
FORMS: Final = "write it as PEM, or as base64 of its DER form; openssl x509 -in client.cer prints the former"


@dataclass(frozen=True)
class PublicCertificate:
    """A certificate that an application may have.

    Args:
        pem: itself.
        subject: whose it says it is, such as ``CN=poller``; somebody else's text.
        not_before: its begin, in UTC.
        not_after: its end, in UTC.
        thumbprint: SHA-1 in capital hexadecimal digits, as Entra's portal shows it.
        thumbprint_sha256: SHA-256, likewise.
    """

    pem: str
    subject: str
    not_before: datetime
    not_after: datetime
    thumbprint: str
    thumbprint_sha256: str


def read(text: str, now: datetime) -> PublicCertificate:
    """A certificate that somebody has written into a file.

    Args:
        text: PEM, or base64 of DER.
        now: aware; what has ended by then is refused.

    Raises:
        CertificateError: it is none, holds more, has ended, or has a key that Entra does not take. The message goes on
            from the place where the certificate stands, and repeats nothing of it.
    """
    certificate = _parsed(text)
    try:
        found, key = describe(certificate), certificate.public_key()
    except Exception:  # noqa: BLE001 - a certificate is read part by part, and each part has its own errors
        raise CertificateError("is a damaged certificate; export it again") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_KEY:
        raise CertificateError(
            f"its key is no RSA key of at least {SHORTEST_KEY} bits, and Entra takes no other; make another: "
            "openssl req -x509 -newkey rsa:3072 …"
        )
    if found.not_after <= now:
        raise CertificateError(f"has ended on {found.not_after:%Y-%m-%d}; give its successor")
    return found


def describe(certificate: x509.Certificate) -> PublicCertificate:
    """What a certificate says; raises whatever cryptography does if a part of it is damaged."""
    return PublicCertificate(
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        subject=certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        thumbprint=certificate.fingerprint(SHA1()).hex().upper(),  # noqa: S303 - a name, as in Entra's portal
        thumbprint_sha256=certificate.fingerprint(SHA256()).hex().upper(),
    )


def _parsed(text: str) -> x509.Certificate:
    if PRIVATE_KEY in text:
        raise _private()
    return _from_pem(text) if PEM_MARK in text else _from_der(text)


def _from_pem(text: str) -> x509.Certificate:
    lines = "\n".join(line.strip() for line in text.splitlines())
    try:
        found = x509.load_pem_x509_certificates(lines.encode())
    except ValueError:
        raise CertificateError(f"is no certificate; {FORMS}") from None
    if len(found) > 1:
        raise CertificateError(f"holds {len(found)} certificates; give the application's own alone")
    return found[0]


def _from_der(text: str) -> x509.Certificate:
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise CertificateError(f"is no certificate; {FORMS}") from None
    try:
        return x509.load_der_x509_certificate(content)
    except ValueError:
        raise _private() if _is_pkcs12(content) else CertificateError(f"is no certificate; {FORMS}") from None


def _is_pkcs12(content: bytes) -> bool:
    """Whether it is a PFX file, with whatever password."""
    try:
        pkcs12.load_key_and_certificates(content, None)
    except ValueError as error:
        return "password" in str(error).lower()
    return True


def _private() -> CertificateError:
    return CertificateError(
        "holds a private key: only the public part belongs into a stack file; openssl x509 -in client.pem prints that. "
        "Take the key for known to others, and make a new one, if the file was ever committed"
    )
