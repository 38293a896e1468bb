"""Signing in with a certificate, as the module does: an assertion that the certificate's key signs (RFC 7523).

Without MSAL, which takes half a second to import.
"""

import hashlib
import json
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from offline_tenant.pwsh.admin_api import AdminApi
from offline_tenant.pwsh.errors import PowerShellError, invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

SCOPE: Final = "https://outlook.office365.com/.default"
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME: Final = 600  # seconds
GOOD: Final = 200


@dataclass(frozen=True)
class Certificate:
    """Who signs in.

    Args:
        app_id: of the application.
        path: of a PKCS #12 file.
        password: of that file; None for none.
    """

    app_id: str
    path: str
    password: str | None

    def token(self, api: AdminApi, organization: str) -> str:
        """A fresh access token.

        Raises:
            PowerShellError: the file cannot be used, or Entra refuses.
            TransportError: Entra did not answer.
        """
        endpoint = f"{api.base}/{organization}/oauth2/v2.0/token"
        form = {"grant_type": "client_credentials", "client_id": self.app_id, "scope": SCOPE}
        proof = {"client_assertion_type": ASSERTION, "client_assertion": self._assertion(api, endpoint)}
        reply = api.post_form(f"/{organization}/oauth2/v2.0/token", form | proof)
        if reply.status == GOOD:
            return str(reply.body["access_token"])
        raise PowerShellError(
            str(reply.body.get("error_description") or f"Sign-in failed: {reply.status}."),
            error_id="MsalServiceException",
            category="AuthenticationError",
            exception="Microsoft.Identity.Client.MsalServiceException",
        )

    def _assertion(self, api: AdminApi, endpoint: str) -> str:
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - only who signs in so needs it
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

        read = self._read()
        if not isinstance(read.key, rsa.RSAPrivateKey) or read.cert is None:
            raise invalid(f"The certificate file '{self.path}' has no RSA private key.", "InvalidCertificate")
        thumbprint = hashlib.sha256(read.cert.certificate.public_bytes(Encoding.DER)).digest()
        now = _now(api)
        claims = {"aud": endpoint, "iss": self.app_id, "sub": self.app_id, "jti": str(uuid.uuid4())}
        times = {"nbf": now, "iat": now, "exp": now + LIFETIME}
        header = {"alg": "PS256", "typ": "JWT", "x5t#S256": _encoded(thumbprint)}
        signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims | times).encode())}"
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
        return f"{signed}.{_encoded(read.key.sign(signed.encode(), pss, hashes.SHA256()))}"

    def _read(self) -> "PKCS12KeyAndCertificates":
        from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

        try:
            content = Path(self.path).read_bytes()
        except OSError as error:
            raise PowerShellError(
                f"Could not find file '{self.path}'.",
                error_id="System.IO.FileNotFoundException",
                category="ObjectNotFound",
                exception="System.IO.FileNotFoundException",
            ) from error
        try:
            return pkcs12.load_pkcs12(content, self.password.encode() if self.password else None)
        except (ValueError, TypeError) as error:
            raise PowerShellError(
                "The certificate data cannot be read with the provided password, the password may be incorrect.",
                error_id="System.Security.Cryptography.CryptographicException",
                category="SecurityError",
                exception="System.Security.Cryptography.CryptographicException",
            ) from error


def _now(api: AdminApi) -> int:
    """The tenant's time: an assertion by the machine's would be void wherever the clock was moved."""
    told: Any = api.get_path("/_control/clock").body.get("now")
    moment = datetime.fromisoformat(told) if told else datetime.now().astimezone()
    return int(moment.timestamp())


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
