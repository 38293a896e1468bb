"""A managed identity: the machine in Azure that we run on asks for tokens, through MSAL.

Source: learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msal
import requests

from mailgrant.errors import SignInError
from mailgrant.identities.proofs import AccessToken, Unwritable
from mailgrant.identities.remedies import plain, remedy_for
from mailgrant.identities.settings import Settings, label
from mailgrant.identities.web import Web

SUFFIX: Final = "/.default"
ERRORS: Final = (OSError, ValueError, KeyError, AttributeError, TypeError)  # what MSAL makes of odd answers
REMEDY: Final = (
    "Does this machine run in Azure, and has it this identity? "
    f"{label('client')} names a user-assigned one; without it, the system-assigned one is asked for."
)


class _At(Web):
    """Asks one address whatever MSAL thinks is the right one."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(direct=True)
        self._endpoint = endpoint

    def get(self, url: str | bytes, **options: Any) -> requests.Response:
        """As in requests."""
        return super().get(self._endpoint or url, **options)


class ManagedIdentity(Unwritable):
    """The identity of this machine.

    Args:
        settings: name the user-assigned identity, and another endpoint than the usual one.
    """

    def __init__(self, settings: Settings) -> None:
        client = settings.client()
        self._who = (
            msal.UserAssignedManagedIdentity(client_id=client)
            if client
            else msal.SystemAssignedManagedIdentity()
        )
        self._endpoint = settings.text("msi_endpoint")
        self._lock = threading.Lock()
        self._client: Any = None

    def token(self, scope: str, *, force: bool) -> AccessToken:
        """A token; from MSAL's cache unless forced.

        Raises:
            SignInError: there is no such identity, or nothing answers.
        """
        with self._lock:
            if self._client is None or force:
                self._client = msal.ManagedIdentityClient(self._who, http_client=_At(self._endpoint))
            try:
                answer = self._client.acquire_token_for_client(resource=scope.removesuffix(SUFFIX))
                return (
                    AccessToken(str(answer["access_token"]), _end(answer))
                    if "access_token" in answer
                    else _no(answer)
                )
            except ERRORS as error:
                kind = type(error).__name__
                text = f"the managed identity endpoint of this machine does not answer as it should ({kind})"
                raise SignInError("managed-identity-unreachable", text, REMEDY) from None


def _end(answer: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(time.time() + int(answer["expires_in"]), UTC)


def _no(answer: Mapping[str, Any]) -> AccessToken:
    said = plain(str(answer.get("error_description") or answer.get("error") or "no reason given"))
    code = "managed-identity-refused"
    raise SignInError(code, f"the managed identity gives no token: {said}", remedy_for(said) or REMEDY)
