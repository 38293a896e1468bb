"""HTTP as Go's client does it here: one try a call, trust from SSL_CERT_FILE, failures in plain words."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from offline_tenant.azuread_plugin.errors import ConnectionFailedError, GraphError

if TYPE_CHECKING:
    import urllib3

CONNECTIONS: Final = 16
TIMEOUT: Final = 60.0  # seconds for a single answer; the operation's own deadline comes on top


@dataclass(frozen=True)
class Reply:
    """An answer.

    Args:
        status: the HTTP status.
        headers: by name in small letters.
        body: the bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None if there is none.

        Raises:
            GraphError: it is something else.
        """
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise GraphError(self.status, "", f"not JSON: {self.text()[:200]!r}") from error

    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Http:
    """Connections to the tenant, kept open and shared by all threads."""

    def __init__(self) -> None:
        self._pool: urllib3.PoolManager | None = None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send one request and read its answer; no redirects, no second try.

        Raises:
            ConnectionFailedError: no answer came.
        """
        import urllib3  # noqa: PLC0415 - a sixth of a second that a plugin asked only for its name need not pay

        try:
            answer = self._open().request(
                method, url, body=body, headers=dict(headers), retries=False, redirect=False, timeout=TIMEOUT
            )
        except urllib3.exceptions.HTTPError as error:
            raise _failure(method, url, error) from None
        return Reply(
            answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data
        )

    def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            self._pool.clear()

    def _open(self) -> "urllib3.PoolManager":
        import urllib3  # noqa: PLC0415

        if self._pool is None:
            # The default context reads SSL_CERT_FILE and SSL_CERT_DIR, as Go does, and knows no certifi.
            context = ssl.create_default_context()
            self._pool = urllib3.PoolManager(ssl_context=context, maxsize=CONNECTIONS)
        return self._pool


def _failure(method: str, url: str, error: Exception) -> ConnectionFailedError:
    import urllib3  # noqa: PLC0415

    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if isinstance(error, urllib3.exceptions.SSLError):
        return ConnectionFailedError(method, place, f"tls: {_tls_reason(error)}", reached=False)
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return ConnectionFailedError(
            method, place, f"dial tcp: lookup {parts.hostname}: no such host", reached=False
        )
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        reason = f"dial tcp {parts.netloc}: {_cause(error)} - is the offline tenant running?"
        return ConnectionFailedError(method, place, reason, reached=False)
    return ConnectionFailedError(method, place, f"the connection was lost: {_cause(error)}", reached=True)


def _tls_reason(error: Exception) -> str:
    cause = error.args[0] if error.args else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = str(cause.verify_message)
        if "issuer" in reason or "self-signed" in reason or "self signed" in reason:
            reason = "certificate signed by unknown authority"
        return f"failed to verify certificate: x509: {reason}"
    return str(cause)


def _cause(error: Exception) -> str:
    deepest: BaseException = error
    while (inner := deepest.__cause__ or deepest.__context__) is not None:
        deepest = inner
    if isinstance(deepest, ConnectionRefusedError):
        return "connect: connection refused"
    return str(deepest) or type(deepest).__name__
