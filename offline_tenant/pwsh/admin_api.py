"""The HTTPS client of the stand-in's Exchange module: one kept-alive connection for one Connect-ExchangeOnline."""

import http.client
import json
import os
import ssl
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from offline_tenant.pwsh.errors import invalid
from offline_tenant.pwsh.site import Site

BASE: Final = "OFFLINE_TENANT_URL"
MODULE_VERSION: Final = "3.10.1"
TIMEOUT: Final = 15 * 60  # seconds; Exchange ends every cmdlet after so long
STALE: Final = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


class TransportError(Exception):
    """No answer: the connection could not be made, or broke."""


@dataclass(frozen=True)
class Reply:
    """An answer of the endpoint.

    Args:
        status: of HTTP.
        body: decoded JSON; empty where the body is none.
        headers: by name, in small letters.
        request_id: what the request was called.
    """

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]
    request_id: str


def of_environment() -> Site:
    """The tenant of ``OFFLINE_TENANT_URL``, trusted by ``SSL_CERT_FILE``.

    Raises:
        PowerShellError: nobody said where it is.
    """
    if url := os.environ.get(BASE, "").rstrip("/"):
        return Site(url, ssl.create_default_context())
    raise invalid(
        f"{BASE} is not set: this pwsh is the stand-in of mailgrant's offline tenant, and needs the address of one "
        'that runs. Start it with: mailgrant offline start; then: eval "$(mailgrant offline env)"',
        "OfflineTenantUrlMissing",
    )


class AdminApi:
    """The endpoint as one token sees it."""

    def __init__(self, site: Site, organization: str) -> None:
        self.base = site.url
        self._organization = quote(organization, safe="")
        self._token = ""
        self._headers = {
            "X-ClientApplication": "ExoManagementModule",
            "X-ClientModuleVersion": MODULE_VERSION,
            "X-ResponseFormat": "json",
            "X-SerializationLevel": "Partial",
            "Accept": "application/json",
        }
        parts = urlsplit(site.url)
        self._prefix, self._used, self._aborted = parts.path, False, False
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=TIMEOUT, context=site.trust
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)

    def get(self, resource: str, headers: Mapping[str, str]) -> Reply:
        """Ask for one of the resources of connecting."""
        path = f"{self._prefix}/adminapi/v1.0/{self._organization}/{resource}?Version={MODULE_VERSION}"
        return self._send("GET", path, None, headers)

    def invoke(self, cmdlet: str, parameters: Mapping[str, Any], page: str | None, page_size: int) -> Reply:
        """Run a cmdlet, or fetch a further page of what it gave back.

        Raises:
            TransportError: there was no answer.
        """
        body = json.dumps({"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}).encode()
        headers = {"X-CmdletName": cmdlet, "Prefer": f"odata.maxpagesize={page_size}"}
        path = f"{self._prefix}/adminapi/beta/{self._organization}/InvokeCommand"
        if page:
            parts = urlsplit(page)
            path = f"{parts.path}?{parts.query}"
        return self._send("POST", path, body, {**headers, "Content-Type": "application/json"})

    def authorize(self, token: str) -> None:
        """Use this access token from now on."""
        self._token = token

    def post_form(self, path: str, form: Mapping[str, str]) -> Reply:
        """Ask the sign-in service beside the endpoint.

        Raises:
            TransportError: there was no answer.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", self._prefix + quote(path), urlencode(form).encode(), headers)

    def get_path(self, path: str) -> Reply:
        """Ask for something else that the tenant serves.

        Raises:
            TransportError: there was no answer.
        """
        return self._send("GET", self._prefix + path, None, {})

    def abort(self) -> None:
        """Break a call that another thread waits for."""
        self._aborted = True
        if (sock := self._connection.sock) is not None:
            with suppress(OSError):
                sock.shutdown(2)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()
        self._used = False

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        self._aborted = False
        request = (method, path, body, headers)
        reused, self._used = self._used, True
        try:
            return self._exchange(*request)
        except STALE as error:
            self.close()
            # The server may end an idle connection just as we use it again: then, and only then, once more.
            if not reused or self._aborted:
                raise _transport(error) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise _transport(error) from error
        return self._send(*request)

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        request_id = str(uuid.uuid4())
        bearer = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._connection.request(
            method, path, body, {**self._headers, **bearer, **headers, "client-request-id": request_id}
        )
        response = self._connection.getresponse()
        content = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, _decoded(content), found, request_id)


def _decoded(content: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        decoded = json.loads(content or b"{}")
        if isinstance(decoded, dict):
            return decoded
    return {}


def _transport(error: Exception) -> TransportError:
    return TransportError(str(error) or type(error).__name__)
