"""OIDC: somebody whom the application trusts says that we are it; no secret is kept anywhere.

Each function gives a fetcher. It is called whenever Entra is to be asked for a token, because an assertion
lives for about five minutes, and a run may take hours.
"""

from collections.abc import Callable
from typing import Final

from mailgrant.errors import SetupError, SignInError
from mailgrant.identities import web
from mailgrant.identities.settings import Settings, label, read_text

AUDIENCE: Final = "api://AzureADTokenExchange"
ADO_VERSION: Final = "7.1"
PARTS: Final = 3  # of a JSON Web Token


def given(settings: Settings) -> Callable[[], str]:
    """The token as it was given, or what its file holds by then: whoever writes the file renews it.

    Raises:
        SetupError: a file cannot be read, or two tokens contradict each other.
    """
    fixed, files = settings.text("oidc_token"), settings.token_files()
    place = label("oidc_token_file")

    def fetch() -> str:
        found = {token for token in (fixed, *(read_text(path, place) for path in files)) if token}
        if len(found) > 1:
            raise SetupError(
                f"{label('oidc_token')} and {place} contradict each other", "Remove one of them."
            )
        return _token("the OIDC token", found.pop())

    fetch()
    return fetch


def github_actions(settings: Settings) -> Callable[[], str]:
    """A token of GitHub Actions (docs.github.com: "OpenID Connect reference")."""
    url, bearer = settings.text("oidc_url"), settings.text("oidc_bearer")

    def fetch() -> str:
        source = "GitHub Actions' token endpoint"
        return _token(source, web.ask(source, "GET", url, bearer, {"audience": AUDIENCE}).get("value"))

    return fetch


def azure_devops(settings: Settings) -> Callable[[], str]:
    """A token of an Azure DevOps pipeline (learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken)."""
    url, bearer = settings.text("oidc_url"), settings.text("oidc_bearer")
    query = {"api-version": ADO_VERSION, "serviceConnectionId": settings.text("ado_connection")}

    def fetch() -> str:
        source = "Azure DevOps' token endpoint"
        return _token(source, web.ask(source, "POST", url, bearer, query).get("oidcToken"))

    return fetch


def _token(source: str, value: object) -> str:
    """Refused here, what cannot be a token: whatever else a file holds must not travel to Entra."""
    if isinstance(value, str) and len(value.split(".")) == PARTS and value.isascii() and value.isprintable():
        return value
    raise SignInError(
        "oidc-token",
        f"{source} is no JSON Web Token",
        "Is it the ID token, and not the address or the request token?",
    )
