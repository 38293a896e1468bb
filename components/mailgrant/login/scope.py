"""A client that sends within a scope of RBAC for Applications: what its token must not hold, what a refusal means there.

https://learn.microsoft.com/exchange/client-developer/legacy-protocols/smtp-app-rbac-onboarding
"""

import json
from base64 import urlsafe_b64decode
from typing import Any, Final

from mailgrant.errors import LoginError
from mailgrant.facts import PROTOCOLS

CLAIM: Final = PROTOCOLS["smtp"].app_role
UNPROVEN: Final = (
    f"its token holds no {CLAIM}, as it should be; whether the scope lets it in shows only with --mailbox"
)
OVERRULED: Final = (
    f"the token holds {CLAIM}, which the stack did not grant: Exchange then asks for permissions on mailboxes, and the "
    "client's smtp_scope counts for nothing"
)
TAKE_IT_AWAY: Final = (
    f"Revoke {CLAIM} of the enterprise application in Entra (Enterprise applications > Permissions); tokens that are out "
    "hold it for up to a day."
)
WHO_IS_IN: Final = (
    "Only direct members of a group count, and a change can take two hours. Test-ServicePrincipalAuthorization <client id> "
    f"-Resource <mailbox> shows what Exchange decides. Do not grant {CLAIM}: the scope would count for nothing."
)


def check(token: str) -> None:
    """Refuse a token that would leave the scope out.

    Raises:
        LoginError: it holds the permission that goes before every scope.
    """
    if CLAIM in _roles(token):
        raise LoginError("scope-overruled", OVERRULED, TAKE_IT_AWAY)


def explained(error: LoginError, within: str) -> LoginError:
    """The error of a login, as it is meant where a scope decides.

    Args:
        error: what a client without a scope would be told.
        within: the mailboxes of the scope, for people.
    """
    if error.verdict != "authentication-failed":
        return error
    said = f"{error.message}: it is not among {within}, or the scope is not effective yet"
    return LoginError("out-of-scope", said, WHO_IS_IN)


def _roles(token: str) -> list[Any]:
    """The application permissions in a token; none if it cannot be read, which Microsoft promises to nobody."""
    try:
        claims = json.loads(urlsafe_b64decode(f"{token.split('.')[1]}=="))
        return list(claims["roles"])
    except (IndexError, KeyError, TypeError, ValueError):
        return []
