"""A client certificate: PKCS#12 as the azuread provider takes it, or PEM.

The provider itself takes PKCS#12 only; PEM is for projects that use mailgrant without it.
"""

import base64
import binascii
import re
from typing import Final, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from mailgrant.errors import SetupError
from mailgrant.identities.proofs import Certificate
from mailgrant.identities.settings import Settings, label, read

PEM_MARK: Final = b"-----BEGIN "
PRIVATE_KEY: Final = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL
)
HELP: Final = "Make one with: openssl pkcs12 -export -inkey key.pem -in certificate.pem -out client.pfx"


def load(settings: Settings) -> Certificate:
    """The certificate of the settings; its content goes before its path, as in the plugin.

    Raises:
        SetupError: it cannot be read, its password is wrong, or it is not what it should be.
    """
    encoded = settings.text("certificate")
    where = label("certificate" if encoded else "certificate_file")
    data = _decoded(encoded) if encoded else read(settings.text("certificate_file"), where)
    password = settings.raw("certificate_password").encode() or None
    found = _from_pem(data, password, where) if PEM_MARK in data else _from_pkcs12(data, password, where)
    return _checked(*found, where)


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SetupError(
            f"{label('certificate')} is not base64", "Encode it with: base64 -w0 client.pfx"
        ) from None


def _from_pkcs12(data: bytes, password: bytes | None, where: str) -> tuple[object, list[x509.Certificate]]:
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, password)
    except Exception as error:  # noqa: BLE001 - OpenSSL's own errors have no common base
        _unreadable(error, where)
    return key, [certificate] if certificate else []


def _from_pem(data: bytes, password: bytes | None, where: str) -> tuple[object, list[x509.Certificate]]:
    found = PRIVATE_KEY.search(data)
    # A password for a key that has none is not worth an error.
    secret = password if found and b"ENCRYPTED" in found.group() else None
    try:
        key = load_pem_private_key(found.group(), secret) if found else None
        return key, x509.load_pem_x509_certificates(data)
    except Exception as error:  # noqa: BLE001 - as above
        _unreadable(error, where, encrypted=secret is not None)


def _unreadable(error: Exception, where: str, *, encrypted: bool = False) -> NoReturn:
    """What is wrong with a file; with a wrong password an encrypted key becomes any nonsense, and so does the error."""
    text = str(error).lower()
    if encrypted or isinstance(error, TypeError) or "password" in text or "decrypt" in text:
        raise SetupError(
            f"{where}: the certificate cannot be opened with the password that is given",
            f"Check {label('certificate_password')}; without it, none is tried.",
        ) from None
    raise SetupError(f"{where} is neither PKCS#12 nor PEM", HELP) from None


def _checked(key: object, certificates: list[x509.Certificate], where: str) -> Certificate:
    if key is None or not certificates:
        what = "private key" if key is None else "certificate"
        raise SetupError(f"{where} holds no {what}; both are needed", HELP)
    if not isinstance(key, RSAPrivateKey):
        raise SetupError(
            f"{where}: Entra takes only RSA keys", "Make another key: openssl req -newkey rsa:3072 …"
        )
    mine = next((one for one in certificates if one.public_key() == key.public_key()), None)
    if mine is None:
        raise SetupError(f"{where}: its certificate is of another private key", HELP)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Certificate(pem, mine.public_bytes(Encoding.PEM).decode())
