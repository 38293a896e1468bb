"""The key that signs every token of this installation: made once, kept, published as a JSON Web Key Set."""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from offline_tenant.state.store import Store

ID: Final = "current"
SIZE: Final = 2048  # bits, as Microsoft's own signing keys
# The certificate is not kept: of one key it comes out the same, byte for byte, every time.
SUBJECT: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "accounts.accesscontrol.windows.net")])
BEGINS: Final = datetime(2020, 1, 1, tzinfo=UTC)
ENDS: Final = datetime(2099, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class SigningKey:
    """An RSA key, and the self-signed certificate under whose thumbprint the key set shows it.

    Args:
        kid: the key id, which is the certificate's SHA-1 thumbprint, base64url, as Microsoft has it.
        private: the key.
        certificate: DER.
    """

    kid: str
    private: rsa.RSAPrivateKey
    certificate: bytes

    def jwk(self) -> dict[str, Any]:
        """The public half as RFC 7517 writes it."""
        numbers = self.private.public_key().public_numbers()
        names = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "x5t": self.kid}
        modulus = {"n": _base64url(_big_endian(numbers.n)), "e": _base64url(_big_endian(numbers.e))}
        return names | modulus | {"x5c": [b64encode(self.certificate).decode()]}

    def derived(self, purpose: str) -> bytes:
        """A secret that follows from the key: for what the tenant seals for itself."""
        numbers = self.private.private_numbers()
        return hashlib.sha256(purpose.encode() + _big_endian(numbers.d)).digest()


def signing_key(store: Store) -> SigningKey:
    """The installation's key; the first call makes it.

    One for all tenants, as Microsoft's clouds have it: ``/common`` publishes what every tenant signs with.
    """
    keys = store.collection("", "signingKeys")
    document = keys.get(ID)
    if document is None:
        document = {"pem": _new_pem()}
        keys.insert(ID, document)
    return _loaded(document["pem"])


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=SIZE)
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode()


@lru_cache(maxsize=8)
def _loaded(pem: str) -> SigningKey:
    private = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("the stored signing key is no RSA key")
    certificate = _certificate(private)
    thumbprint = hashlib.sha1(certificate).digest()  # noqa: S324 - what x5t is: RFC 7517 section 4.8
    return SigningKey(_base64url(thumbprint), private, certificate)


def _certificate(key: rsa.RSAPrivateKey) -> bytes:
    builder = x509.CertificateBuilder(SUBJECT, SUBJECT, key.public_key(), 1, BEGINS, ENDS)
    # PKCS #1 v1.5 draws nothing at random.
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
