"""Signing in: the metadata document, the token, and what the token says about the caller.

One metadata and one token request a process, at the first need.
"""

import base64
import binascii
import json
import threading
import time
from collections import defaultdict
from typing import Any, Final
from urllib.parse import urlencode

from offline_tenant.azuread_plugin.errors import ConnectionFailedError, GraphError, PluginError
from offline_tenant.azuread_plugin.http import Http, Reply
from offline_tenant.azuread_plugin.pace import Pace
from offline_tenant.azuread_plugin.settings import Settings

METADATA_PATH: Final = "/metadata/endpoints?api-version=2022-09-01"
USER_AGENT: Final = (
    "mailgrant-offline-azuread-standin (terraform-provider-azuread/dev HashiCorp/go-azure-sdk)"
)
EARLY: Final = 300.0  # seconds before its end in which a token is no longer used
OK: Final = 200


class Session:
    """One signed-in provider: its connections, its token, and one lock for each application.

    Args:
        settings: where and who.
        pace: the clock.
    """

    def __init__(self, settings: Settings, pace: Pace) -> None:
        self.settings, self.pace = settings, pace
        self.http = Http()
        self.graph = ""
        self._login = ""
        self._token = ""
        self._renew_at = 0.0
        self._claims: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def application_lock(self, application_id: str) -> threading.Lock:
        """The lock under which the real plugin changes the credentials of one application."""
        with self._lock:
            return self._locks[application_id]

    @property
    def token(self) -> str:
        """An access token for Graph; signs in if need be.

        Raises:
            PluginError: the sign-in failed.
        """
        with self._lock:
            if not self._token or self.pace.now() >= self._renew_at:
                self._sign_in()
            return self._token

    @property
    def caller_id(self) -> str:
        """The object id of the service principal that is signed in."""
        return str(self._claims["oid"]) if self.token else ""

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _sign_in(self) -> None:
        if not self.graph:
            self._read_metadata()
        answer = self._token_request()
        self._token = str(answer["access_token"])
        lifetime = float(answer.get("expires_in", 3600))
        self._renew_at = self.pace.now() + max(lifetime - EARLY, lifetime / 2)
        self._claims = _claims(self._token)

    def _read_metadata(self) -> None:
        host = f"https://{self.settings.metadata_host}"
        try:
            reply = self.http.send("GET", host + METADATA_PATH, {"User-Agent": USER_AGENT})
        except ConnectionFailedError as error:
            raise PluginError(f'retrieving metadata from endpoint "{host}": {error}') from None
        document = reply.json() if reply.status == OK else {}
        try:
            graph, login = document["microsoftGraphResourceId"], document["authentication"]["loginEndpoint"]
        except (KeyError, TypeError):
            raise PluginError(f'retrieving metadata from endpoint "{host}": {_odd(reply)}') from None
        self.graph, self._login = str(graph).rstrip("/"), str(login)

    def _token_request(self) -> dict[str, Any]:
        url = f"{self._login}/{self.settings.tenant_id}/oauth2/v2.0/token"
        form = {
            "client_id": self.settings.client_id,
            **self.settings.proof.fields(self.settings.client_id, url, time.time()),
            "grant_type": "client_credentials",
            "scope": f"{self.graph}/.default",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": USER_AGENT}
        try:
            reply = self.http.send("POST", url, headers, urlencode(form).encode())
        except ConnectionFailedError as error:
            raise PluginError(f"{NO_TOKEN}{error}") from None
        answer = reply.json() if reply.status == OK else None
        if not isinstance(answer, dict) or "access_token" not in answer:
            raise PluginError(f"{NO_TOKEN}{_odd(reply)}")
        return answer


NO_TOKEN: Final = "building client: unable to obtain access token: clientCredentialsToken: "  # noqa: S105


def _odd(reply: Reply) -> str:
    return f"received HTTP status {reply.status} with response: {reply.text()}"


def _claims(token: str) -> dict[str, Any]:
    """What a token says; its signature is for the service to check, not for its bearer."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        raise PluginError(f"{NO_TOKEN}the access token is no JWT") from None
    if not isinstance(claims, dict) or not claims.get("oid"):
        raise PluginError(f"{NO_TOKEN}the access token names no object id (oid)")
    return claims


def odata_error(reply: Reply) -> GraphError:
    """An answer as the error that it is."""
    try:
        error = reply.json()["error"]
        return GraphError(reply.status, str(error["code"]), str(error["message"]))
    except (GraphError, KeyError, TypeError):
        return GraphError(reply.status, "", reply.text())
