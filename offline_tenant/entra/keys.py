"""The key that signs every token of this installation: made once, kept, published as a JSON Web Key Set."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from offline_tenant.state.store import Store

ID: Final = "current"
SIZE: Final = 2048  # bits, as Microsoft's own signing keys


@dataclass(frozen=True)
class SigningKey:
    """An RSA key and the name under which the key set shows it.

    Args:
        kid: the key id, base64url, 27 characters as Microsoft's are.
        private: the key.
    """

    kid: str
    private: rsa.RSAPrivateKey

    def jwk(self) -> dict[str, Any]:
        """The public half as RFC 7517 writes it."""
        numbers = self.private.public_key().public_numbers()
        names = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "x5t": self.kid}
        return names | {"n": _base64url(_big_endian(numbers.n)), "e": _base64url(_big_endian(numbers.e))}


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
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # x5t is a SHA-1 of 20 bytes; only its length matters here.
    return SigningKey(_base64url(hashlib.sha256(public).digest()[:20]), private)


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
