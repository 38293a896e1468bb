"""What all that is asked of Azure DevOps has in common."""

from collections.abc import Mapping
from typing import Any, Final

from mailgrant.forge.answers import reading
from mailgrant.forge.api import Api

NAME: Final = "Azure DevOps"
HEADERS: Final = {"Accept": "application/json"}
VERSION: Final = "api-version=6.0"  # that servers of one's own know, too, since 2020
PREVIEW: Final = "api-version=6.0-preview"  # who we are was never anything else
SIGN_IN: Final = (
    "The token is not valid, or has ended. It is the job's own, and has to be passed on: "
    "env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)."
)
SIGN_INS: Final = {203: SIGN_IN, 302: SIGN_IN, 401: SIGN_IN}  # the first two with a page to sign in


def connection(api: Api) -> Mapping[str, Any]:
    """Whom the token is of, and of what kind the server is."""
    found = api.ask("GET", f"/_apis/connectionData?{PREVIEW}").body
    with reading(NAME):
        return {"author": str(found["authenticatedUser"]["id"]), "server": str(found.get("deploymentType"))}
