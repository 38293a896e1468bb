"""What the plugin signs in with, as fields of the token request; worded and signed as hashicorp/go-azure-sdk does it."""

import base64
import binascii
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from offline_tenant.azuread_plugin.errors import SettingsError

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME: Final = 3600  # seconds
BUILDING: Final = "building client: unable to build authorizer for Microsoft Graph API: "


class Proof(Protocol):
    """Whatever an application signs in with."""

    def fields(self, client_id: str, url: str, now: float) -> dict[str, str]:
        """Of a token request.

        Args:
            client_id: who signs in.
            url: where the request goes.
            now: seconds since 1970.
        """


@dataclass(frozen=True)
class Secret:
    """A client secret."""

    value: str = field(repr=False)

    def fields(self, _client_id: str, _url: str, _now: float) -> dict[str, str]:
        """See ``Proof``."""
        return {"client_secret": self.value}


@dataclass(frozen=True)
class Assertion:
    """What somebody else says."""

    value: str = field(repr=False)

    def fields(self, _client_id: str, _url: str, _now: float) -> dict[str, str]:
        """See ``Proof``."""
        return {"client_assertion_type": TYPE, "client_assertion": self.value}


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key."""

    key: RSAPrivateKey = field(repr=False)
    public: x509.Certificate

    @classmethod
    def opened(cls, data: bytes, password: str) -> "Certificate":
        """From PKCS#12, and from nothing else.

        Raises:
            SettingsError: it is something else, or the password is wrong.
        """
        try:
            key, public, _ = pkcs12.load_key_and_certificates(data, password.encode() or None)
        except (ValueError, TypeError):
            key = public = None
        if not isinstance(key, RSAPrivateKey) or public is None:
            raise _not_configured("could not decode PKCS#12 archive")
        return cls(key, public)

    def fields(self, client_id: str, url: str, now: float) -> dict[str, str]:
        """See ``Proof``; the certificate is named by ``kid`` alone, as in the real plugin."""
        thumbprint = self.public.fingerprint(hashes.SHA1())  # noqa: S303 - Entra's name of a certificate
        name = base64.urlsafe_b64encode(thumbprint).decode()
        claims = {"aud": url, "iss": client_id, "sub": client_id, "jti": str(uuid.uuid4())}
        times = {"nbf": int(now), "exp": int(now) + LIFETIME}
        signed = jwt.encode(claims | times, self.key, "RS256", {"kid": name})
        return {"client_assertion_type": TYPE, "client_assertion": signed}


def decoded(text: str) -> bytes:
    """From base64.

    Raises:
        SettingsError: it is something else.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError("could not decode client certificate data: illegal base64 data") from None


def content(path: str) -> bytes:
    """Of a file.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "invalid argument"
        raise _not_configured(f"could not read the file at {path!r}: {reason}") from None


def _not_configured(why: str) -> SettingsError:
    return SettingsError(f"{BUILDING}could not configure Authorizer: {why}")
