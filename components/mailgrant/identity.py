"""Who mailgrant signs in as: the automation identity, from the same settings that the azuread plugin reads.

Values come from ``ARM_*`` environment variables or the stack's ``azuread:`` keys, the latter first, as in the
plugin. Nothing of it ever becomes an input or an output of a resource.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import msal

from mailgrant.errors import SetupError, SignInError

# Microsoft's own sign-in hosts, which MSAL may ask for their metadata; any other is not to be looked up there.
MICROSOFT: Final = ("microsoftonline.com", "microsoftonline.us", "microsoftonline.cn", "chinacloudapi.cn")

# field of Identity → the stack's key and the environment variable, as the azuread plugin names them
SOURCES: Final = {
    "tenant_id": ("azuread:tenantId", "ARM_TENANT_ID"),
    "client_id": ("azuread:clientId", "ARM_CLIENT_ID"),
    "client_secret": ("azuread:clientSecret", "ARM_CLIENT_SECRET"),
}

# What Entra answers → what to do about it (learn.microsoft.com/entra/identity-platform/reference-error-codes)
REMEDIES: Final = {
    "AADSTS7000215": "Use the secret's value, not its id; a value is shown only once, when it is made.",
    "AADSTS7000222": "The secret has expired: make a new one.",
    "AADSTS700016": "No application with this client id in this tenant: check both ids.",
    "AADSTS90002": "There is no such tenant: check the tenant id and the cloud.",
}


@dataclass(frozen=True)
class Identity:
    """An application that signs in with a client secret.

    Args:
        tenant_id: the id of its tenant.
        client_id: the application's id.
        client_secret: its secret; kept out of every text.
    """

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)


def find_identity(configured: Callable[[str], str | None], environment: Mapping[str, str]) -> Identity:
    """The automation identity.

    Args:
        configured: gives the value of a key of the stack, or None.
        environment: the environment variables.

    Raises:
        SetupError: something is missing; names all of it.
    """
    found = {name: configured(key) or environment.get(variable) for name, (key, variable) in SOURCES.items()}
    if missing := [
        f"{SOURCES[name][1]} (or {SOURCES[name][0]})" for name, value in found.items() if not value
    ]:
        raise SetupError(
            f"no identity to sign in to Exchange with: {', '.join(missing)} not set",
            'Set them as for the azuread provider; for the offline tenant: eval "$(mailgrant offline env)"',
        )
    return Identity(**{name: str(value) for name, value in found.items()})


class TokenSource:
    """Access tokens of one identity; asked for once, kept until shortly before they end (MSAL's own cache).

    Args:
        identity: who signs in.
        authority: the sign-in address of the identity's tenant, ``https://login.microsoftonline.com/<tenant>``.
    """

    def __init__(self, identity: Identity, authority: str) -> None:
        self._identity, self._authority = identity, authority
        self._application: Any = None

    def token(self, scope: str) -> str:
        """An access token for a scope such as ``https://outlook.office365.com/.default``.

        Raises:
            SignInError: Entra gave none, or could not be reached.
        """
        try:
            answer = self._client().acquire_token_for_client([scope])
        except (
            OSError,
            ValueError,
        ) as error:  # requests' errors are OSErrors; MSAL's about authorities ValueErrors
            raise _unreachable(self._authority, error) from None
        if "access_token" not in answer:
            raise _refused(answer)
        return str(answer["access_token"])

    def _client(self) -> Any:
        if self._application is None:
            self._application = msal.ConfidentialClientApplication(
                self._identity.client_id,
                client_credential=self._identity.client_secret,
                authority=self._authority,
                instance_discovery=(urlsplit(self._authority).hostname or "").endswith(MICROSOFT),
            )
        return self._application


def _unreachable(authority: str, error: Exception) -> SignInError:
    return SignInError(
        "unreachable",
        f"{authority} does not answer as Entra does ({type(error).__name__})",
        "Check the network and the cloud; the offline tenant is started with: mailgrant offline start",
    )


def _refused(answer: Mapping[str, Any]) -> SignInError:
    text = str(answer.get("error_description") or answer.get("error") or "no reason given").splitlines()[0]
    code = text.partition(":")[0] if text.startswith("AADSTS") else str(answer.get("error", ""))
    return SignInError(code, f"Entra gave no token: {text}", REMEDIES.get(code, ""))
