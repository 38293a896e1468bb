"""An application that signs in with MSAL: with a secret, a certificate, or somebody else's assertion."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msal

from mailgrant.errors import SignInError
from mailgrant.identities.proofs import AccessToken, Credential, Unwritable
from mailgrant.identities.remedies import CODE, plain, remedy_for

# Microsoft's own sign-in hosts, which MSAL may ask for their metadata; any other is not to be looked up there.
MICROSOFT: Final = ("microsoftonline.com", "microsoftonline.us", "microsoftonline.cn", "chinacloudapi.cn")


class Application(Unwritable):
    """An application and its proof; MSAL keeps its tokens until shortly before they end.

    Args:
        client_id: the application's id.
        credential: its proof.
        authority: the sign-in address of its tenant.
    """

    def __init__(self, client_id: str, credential: Credential, authority: str) -> None:
        self._client_id, self._credential, self._authority = client_id, credential, authority
        self._lock = threading.Lock()
        self._msal: Any = None

    def token(self, scope: str, *, force: bool) -> AccessToken:
        """A token for a scope; a new one if forced.

        Raises:
            SignInError: Entra gave none, or could not be reached; or there was no assertion.
            SetupError: a file that is read anew each time is gone.
        """
        with self._lock:
            answer = self._ask(scope, force=force)
        if "access_token" not in answer:
            raise refused(answer)
        end = datetime.fromtimestamp(time.time() + int(answer["expires_in"]), UTC)
        return AccessToken(str(answer["access_token"]), end)

    def _ask(self, scope: str, *, force: bool) -> Mapping[str, Any]:
        try:
            client = self._client()
            if force:
                client.remove_tokens_for_client()
            answer: Mapping[str, Any] = client.acquire_token_for_client([scope])
        except (
            OSError,
            ValueError,
        ) as error:  # requests' errors are OSErrors; MSAL's about authorities ValueErrors
            raise unreachable(self._authority, error) from None
        return answer

    def _client(self) -> Any:
        if self._msal is None:
            self._msal = msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._credential.credential(),
                authority=self._authority,
                instance_discovery=is_microsofts(self._authority),
            )
        return self._msal


def is_microsofts(authority: str) -> bool:
    """Whether a sign-in address is one that MSAL may ask for its metadata."""
    return (urlsplit(authority).hostname or "").endswith(MICROSOFT)


def unreachable(authority: str, error: Exception) -> SignInError:
    """Nobody answers there, or somebody who is not Entra."""
    return SignInError(
        "unreachable",
        f"{authority} does not answer as Entra does ({type(error).__name__})",
        "Check the network and the cloud; the offline tenant is started with: mailgrant offline start",
    )


def refused(answer: Mapping[str, Any]) -> SignInError:
    """What MSAL gives in place of a token."""
    text = plain(str(answer.get("error_description") or answer.get("error") or "no reason given"))
    found = CODE.match(text)
    code = found.group() if found else str(answer.get("error", ""))
    return SignInError(code, f"Entra gave no token: {text}", remedy_for(text))
